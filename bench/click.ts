// How long after an answer the next question is there, which a head chose that knows the answer.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Hash, ImageId } from '../src/base/index.ts'
import { openBowerbird, type Bowerbird } from '../src/index.ts'
import { matrix, placeOfLargest, randomFrom, rowOf, rowsOf, type Matrix } from '../src/math/index.ts'
import { openRuntime } from '../src/runtime/index.ts'
import { liveHeadOf, type LiveHead } from '../src/steps/live/head.ts'
import { openStore } from '../src/store/index.ts'
import type { Bench, Report } from './bench.ts'

const images = Number(process.env['BOWERBIRD_BENCH_IMAGES'] ?? 50_000)
const clicks = Number(process.env['BOWERBIRD_BENCH_CLICKS'] ?? 100)
const classNames = Array.from({ length: 10 }, (_, i) => `kind ${i}`)
const widths = [512, 2048]
const labels = [100, 1000]
const promisedMs = 100
const project = 'click'

export const bench: Bench = {
  name: 'click',
  says: `an answer and the next question of ${images} images: the p95 of the slowest row / ${promisedMs} ms`,
  async run(report) {
    const slowest: number[] = []
    for (const width of widths) {
      const data = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-click-'))
      try {
        const classOf = await fill(data, width, report)
        for (const label of labels)
          slowest.push(await throughTheHouse({ data, width, classOf, label }, report))
        await headAlone({ data, width, classOf }, report)
      } finally {
        rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
      }
    }
    return Math.max(...slowest) / promisedMs
  },
}

/** Nothing is encoded: vectors of any width will do. */
const encoderOf = (width: number) => `made-up-${width}`

type ClassOf = ReadonlyMap<number, string>
type Of = { readonly data: string; readonly width: number; readonly classOf: ClassOf }

/** Rows of images without files, and vectors in heaps. */
async function fill(data: string, width: number, report: Report): Promise<ClassOf> {
  report.say(`${images} images of ${width} numbers`)
  const store = await openStore(data)
  await store.projects.create({
    name: project,
    title: project,
    encoder: encoderOf(width),
    seed: 1,
    testShare: 0.1,
    validationShare: 0.1,
    isDemo: false,
    at: 1,
  })
  await store.classes.ensure(project, classNames)
  const classOf = new Map<number, string>()
  const heaps = heapsOf(width)
  const portion = 10_000
  for (let from = 0; from < images; from += portion) {
    const count = Math.min(portion, images - from)
    const made = Array.from({ length: count }, (_, i) => picture(from + i))
    const { ids } = await store.images.add(project, made, 1)
    const { rows, places } = heaps(count)
    await store.embeddings.addShard(project, encoderOf(width), { ids, rows })
    ids.forEach((id, i) => classOf.set(id, classNames[places[i]!]!))
  }
  await store.close()
  return classOf
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex') as Hash
const picture = (i: number) => ({
  hash: hashOf(`image ${i}`),
  thumbnail: hashOf(`thumbnail ${i}`),
  name: `${i}.png`,
  width: 32,
  height: 32,
  sizeBytes: 1,
  format: 'png' as const,
  group: null,
  // Random bits differ in about half: none is a near duplicate of another.
  fingerprint: hashOf(`print ${i}`).slice(0, 16),
})

/** Clusters as an encoder gives them: a few strong directions, many weak ones, rows of length one. */
function heapsOf(width: number): (count: number) => { readonly rows: Matrix; readonly places: Int32Array } {
  const random = randomFrom(1)
  const centres = matrix(classNames.length, width)
  centres.data.forEach((_, i) => (centres.data[i] = random.normal()))
  return (count) => {
    const rows = matrix(count, width)
    const places = Int32Array.from({ length: count }, () => random.below(classNames.length))
    for (let i = 0; i < count; i++) {
      const [row, centre] = [rowOf(rows, i), rowOf(centres, places[i]!)]
      for (let j = 0; j < width; j++) row[j] = (0.25 * centre[j]! + random.next() - 0.5) / (1 + j / 20)
      const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0))
      for (let j = 0; j < width; j++) row[j]! /= length
    }
    return { rows, places }
  }
}

async function throughTheHouse({ data, width, classOf, label }: Of & { label: number }, report: Report) {
  const bower = await openBowerbird({ data })
  await labelSome(bower, classOf, label)
  const p95s: number[] = []
  for (const strategy of ['margin', 'auto'] as const) {
    const ask = async () =>
      (await bower.ask({ project, strategy, budget: 1, control: 0 })).questions[0]!.image.id
    const answer = (image: number) =>
      bower.answer({ project, answers: [{ image, label: classOf.get(image)! }] })
    let next = await ask()
    // The first answer opens the head.
    for (let i = 0; i < 3; i++) next = (await answer(next), await ask())
    const took: number[] = []
    for (let i = 0; i < clicks; i++) {
      const from = performance.now()
      await answer(next)
      next = await ask()
      took.push(performance.now() - from)
    }
    const [p50, p95] = [0.5, 0.95].map((share) => quantile(took, share))
    const { classes } = await bower.project({ project })
    report.row({
      what: `answer and ask, ${strategy}`,
      width,
      labels: classes.reduce((sum, its) => sum + its.labelled, 0),
      'p50 ms': p50!.toFixed(1),
      'p95 ms': p95!.toFixed(1),
      'promised ms': promisedMs,
    })
    p95s.push(p95!)
  }
  await bower.close()
  return Math.max(...p95s)
}

async function labelSome(bower: Bowerbird, classOf: ClassOf, count: number): Promise<void> {
  const { questions } = await bower.ask({ project, strategy: 'random', budget: Math.min(count, 1000) })
  const { counts } = await bower.project({ project })
  const some = questions.map((q) => q.image.id).slice(0, Math.max(0, count - counts.labelled))
  if (some.length === 0) return
  await bower.answer({ project, answers: some.map((image) => ({ image, label: classOf.get(image)! })) })
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!

/** The head's own part of it, and whether it is the head that a full training gives. */
async function headAlone({ data, width, classOf }: Of, report: Report): Promise<void> {
  const store = await openStore(data)
  const runtime = openRuntime({ cores: os.availableParallelism(), cache: data })
  const world = { store, runtime } as Parameters<typeof liveHeadOf>[0]
  const of = await store.projects.get(project)
  const classIds = new Map((await store.classes.list(project)).map((its) => [its.name, its.id]))
  const left = await store.images.ids(project, { split: 'train', labelled: false })
  let live: LiveHead | undefined
  const took: number[] = []
  for (let i = -3; i < clicks; i++) {
    const image = left[i + 3]! as ImageId
    const label = {
      image,
      class: classIds.get(classOf.get(image)!)!,
      origin: 'answer',
      by: 'me',
      at: 1,
    } as const
    await store.labels.add(project, [{ ...label, seconds: null }], `click ${i}`)
    const from = performance.now()
    live = (await liveHeadOf(world, of)).head
    if (i >= 0) took.push(performance.now() - from)
  }
  const { taught, classes, pull } = live!
  const how = { classes: classes.length, pull, seed: 1 }
  const full = await runtime.trainHead(rowsOf(taught.rows, [...taught.classOf.keys()]), taught.classOf, how)
  const ids = Array.from(await store.images.ids(project, {})) as ImageId[]
  const [mine, theirs] = [live!.guessesOf(ids), await runtime.probabilities(full, live!.rowsOf(ids))]
  const same = ids.filter(
    (_, i) => placeOfLargest(rowOf(mine, i)) === placeOfLargest(rowOf(theirs, i)),
  ).length
  report.row({
    what: 'of it the head: learn, guess all',
    width,
    labels: taught.classOf.length,
    'p50 ms': quantile(took, 0.5).toFixed(1),
    'p95 ms': quantile(took, 0.95).toFixed(1),
    'same class as a full training': `${((100 * same) / ids.length).toFixed(2)}%`,
  })
  await runtime.close()
  await store.close()
}
