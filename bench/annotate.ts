import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { annotate, hdbscan, type Space } from '../src/cluster/index.ts'
import { matrix, randomFrom, rowOf, type Matrix, type Tools } from '../src/math/index.ts'
import { openRuntime } from '../src/runtime/index.ts'
import { median, type Bench, type Report } from './bench.ts'

const promised = 5
const [images, width, smallest] = [10_000, 64, 10]
const growth = [1000, 2500, 5000, 10_000, 20_000]
const rounds = 3

/** Groups of very different sizes around directions, in rows of length one. */
function mixtureOf(count: number, columns: number, classes: number): { rows: Matrix; classOf: Int32Array } {
  const random = randomFrom(count + columns)
  const centres = matrix(classes, columns)
  centres.data.forEach((_, i) => (centres.data[i] = random.normal()))
  const rows = matrix(count, columns)
  const classOf = Int32Array.from({ length: count }, () => Math.floor(classes * random.next() ** 1.5))
  for (let i = 0; i < count; i++) {
    const row = rowOf(rows, i)
    const centre = rowOf(centres, classOf[i]!)
    for (let j = 0; j < columns; j++) row[j] = centre[j]! + 0.7 * random.normal()
    const length = Math.hypot(...row)
    for (let j = 0; j < columns; j++) row[j]! /= length
  }
  return { rows, classOf }
}

/** Classes as the mixture's, names as the mean of the class, somewhat off. */
function spaceOf(count: number, columns: number, classes: number): Space {
  const { rows, classOf } = mixtureOf(count, columns, classes)
  const random = randomFrom(1)
  const text = matrix(classes, columns)
  for (const [i, its] of classOf.entries())
    for (const [j, x] of rowOf(rows, i).entries()) text.data[its * columns + j]! += x
  text.data.forEach((x, i) => (text.data[i] = x + random.normal()))
  const classNames = Array.from({ length: classes }, (_, c) => `kind ${c}`)
  return { images: rows, joint: rows, text, classNames, examples: new Map() }
}

/** What Python's hdbscan takes and finds, or null where no Python with it is named. */
function peer(rows: Matrix): { seconds: number; labels: readonly number[] } | null {
  const python = process.env['BOWERBIRD_PYTHON']
  if (!python) return null
  const folder = mkdtempSync(path.join(tmpdir(), 'bowerbird-bench-'))
  const file = path.join(folder, 'rows')
  writeFileSync(file, rows.data)
  const script = new URL('peers/annotate.py', import.meta.url).pathname
  const args = [script, file, String(rows.columns), String(smallest)]
  const { status, stdout } = spawnSync(python, args, { encoding: 'utf8', maxBuffer: 1e8 })
  rmSync(folder, { recursive: true })
  return status === 0 ? JSON.parse(stdout) : null
}

async function secondsOf(run: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await run()
  return (performance.now() - from) / 1000
}

/** Ours and theirs in turn, so that a busy machine slows both. */
async function against(report: Report, tools: Tools): Promise<number> {
  const { rows } = mixtureOf(images, width, 40)
  const ours: number[] = []
  const theirs: number[] = []
  let same = 0
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    const { clusterOf } = await hdbscan(rows, { smallest }, tools)
    ours.push((performance.now() - from) / 1000)
    const other = peer(rows)
    if (!other) break
    theirs.push(other.seconds)
    same = agreement(clusterOf, other.labels)
  }
  const what = `hdbscan, ${images} × ${width}`
  report.row({ what, of: 'bowerbird', seconds: median(ours).toFixed(2) })
  if (theirs.length === 0) {
    report.say('SKIPPED the comparison: set BOWERBIRD_PYTHON to a Python that has hdbscan; the ratio is 0')
    return 0
  }
  const agree = `${(100 * same).toFixed(2)}% of the images in the same group`
  report.row({ what, of: 'Python’s hdbscan', seconds: median(theirs).toFixed(2), note: agree })
  return median(theirs) / median(ours)
}

/** The share of images whose group is the one that most of its group went to. */
function agreement(ours: Int32Array, theirs: readonly number[]): number {
  let same = 0
  for (const [, its] of Map.groupBy(ours.keys(), (i) => ours[i]!)) {
    const parts = [...Map.groupBy(its, (i) => theirs[i]!).values()]
    same += Math.max(...parts.map((part) => part.length))
  }
  return same / ours.length
}

async function endToEnd(report: Report, tools: Tools): Promise<void> {
  const space = spaceOf(1000, 512, 10)
  for (const clusters of ['kmeans', 'hdbscan'] as const) {
    const seconds: number[] = []
    for (let round = 0; round < rounds; round++)
      seconds.push(await secondsOf(() => annotate(space, { clusters }, tools)))
    const what = `annotate, 1000 × 512, ${clusters}`
    report.row({ what, of: 'bowerbird', seconds: median(seconds).toFixed(2), note: 'under 1 s promised' })
  }
}

/** The slope of log seconds over log images. */
async function exponent(report: Report, tools: Tools): Promise<void> {
  const points: (readonly [number, number])[] = []
  for (const count of growth) {
    const { rows } = mixtureOf(count, width, 40)
    const seconds = await secondsOf(() => hdbscan(rows, { smallest }, tools))
    points.push([Math.log(count), Math.log(seconds)])
    report.say(`hdbscan of ${count} × ${width}: ${seconds.toFixed(2)} s`)
  }
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  const [mx, my] = [mean(points.map(([x]) => x)), mean(points.map(([, y]) => y))]
  const slope =
    points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
  const what = `hdbscan grows from ${growth[0]} to ${growth.at(-1)} images`
  report.row({ what, of: 'bowerbird', note: `as images to the power ${slope.toFixed(2)}` })
}

export const bench: Bench = {
  name: 'annotate',
  says: `exact HDBSCAN beside Python’s, ${promised} times as fast promised; then from embeddings to labels`,
  async run(report) {
    const runtime = openRuntime({ cores: 2, cache: tmpdir() })
    const tools = { random: randomFrom(1), matmul: runtime.matmul }
    await tools.matmul(matrix(2, 2), matrix(2, 2))
    const ratio = await against(report, tools)
    await endToEnd(report, tools)
    await exponent(report, tools)
    await runtime.close()
    return ratio
  },
}
