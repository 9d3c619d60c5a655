import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { annotate, hdbscan } from '../src/cluster/index.ts'
import { matrix, meanOf, randomFrom, type Matrix, type Tools } from '../src/math/index.ts'
import { openRuntime } from '../src/runtime/index.ts'
import { median, percent, type Bench, type Report } from './bench.ts'
import { keepResult, keptResult, load, today } from './keep.ts'
import type { Many } from './scale/annotate-many.ts'
import { commandOf, isBuilt } from './scale/command.ts'
import { mixtureOf, spaceOf } from './scale/spaces.ts'

const promised = 5
const [images, width, smallest] = [10_000, 64, 10]
const growth = [1000, 3000, 10_000, 30_000, 100_000]
const rounds = 3

type Part = (report: Report, tools: Tools) => Promise<Readonly<Record<string, unknown>>>
/** What runs unless BOWERBIRD_BENCH_PARTS names others; a million takes a quarter of an hour. */
const usualParts = 'peer,thousand,growth,large'
const parts: Readonly<Record<string, Part>> = {
  peer: against,
  thousand,
  growth: exponent,
  large: (report) => many(report, { images: 100_000, seconds: 240, orProducts: 8, bytes: 1.5e9 }),
  million: (report) => many(report, { images: 1_000_000, seconds: 1200, orProducts: 0, bytes: 6e9 }),
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

async function secondsOf(run: () => unknown): Promise<number> {
  const from = performance.now()
  await run()
  return (performance.now() - from) / 1000
}

/** Ours and theirs in turn, so that a busy machine slows both. */
async function against(report: Report, tools: Tools) {
  const { rows } = mixtureOf(images, width, 40)
  const ours: number[] = []
  const theirs: number[] = []
  let sameGroup = 0
  for (let round = 0; round < rounds; round++) {
    const from = performance.now()
    const { clusterOf } = await hdbscan(rows, { smallest }, tools)
    ours.push((performance.now() - from) / 1000)
    const other = peer(rows)
    if (!other) break
    theirs.push(other.seconds)
    sameGroup = agreement(clusterOf, other.labels)
  }
  const what = `hdbscan, ${images} × ${width}`
  report.row({ what, of: 'bowerbird', seconds: median(ours).toFixed(2) })
  if (theirs.length === 0) {
    report.say('SKIPPED the comparison: set BOWERBIRD_PYTHON to a Python that has hdbscan; the ratio is 0')
    return { ratio: 0 }
  }
  const agree = `${(100 * sameGroup).toFixed(2)}% of the images in the same group`
  report.row({ what, of: 'Python’s hdbscan', seconds: median(theirs).toFixed(2), note: agree })
  return { images, width, ours, theirs, sameGroup, ratio: median(theirs) / median(ours) }
}

/** The share of images whose group is the one that most of its group went to. */
function agreement(ours: Int32Array, theirs: readonly number[]): number {
  let same = 0
  for (const [, its] of Map.groupBy(ours.keys(), (i) => ours[i]!)) {
    const groups = [...Map.groupBy(its, (i) => theirs[i]!).values()]
    same += Math.max(...groups.map((group) => group.length))
  }
  return same / ours.length
}

async function thousand(report: Report, tools: Tools) {
  const space = spaceOf(mixtureOf(1000, 512, 10), 10)
  const found: Record<string, number> = {}
  const note = 'under 1 s promised'
  for (const clusters of ['kmeans', 'hdbscan'] as const) {
    const seconds: number[] = []
    for (let round = 0; round < rounds; round++)
      seconds.push(await secondsOf(() => annotate(space, { clusters }, tools)))
    found[clusters] = median(seconds)
    report.row({
      what: `annotate, 1000 × 512, ${clusters}`,
      of: 'labels',
      seconds: median(seconds).toFixed(2),
      note,
    })
  }
  const command = await commandOf(space.images, rounds)
  const size = `${(command.folderBytes / 1e6).toFixed(1)} MB; under 1 s and 10 MB promised`
  const what = `bowerbird annotate, 1000 × 512, ${isBuilt ? 'as built' : 'from source'}`
  report.row({ what, of: 'organised folder', seconds: command.seconds.toFixed(2), note: size })
  return { ...found, command }
}

/** The slope of log seconds over log images. */
async function exponent(report: Report, tools: Tools) {
  const points: (readonly [number, number])[] = []
  for (const count of growth) {
    const { rows } = mixtureOf(count, width, 40)
    const seconds = await secondsOf(() => hdbscan(rows, { smallest }, tools))
    points.push([count, seconds])
    report.say(`hdbscan of ${count} × ${width}: ${seconds.toFixed(2)} s`)
  }
  const logs = points.map(([count, seconds]) => [Math.log(count), Math.log(seconds)] as const)
  const [mx, my] = [meanOf(logs.map(([x]) => x)), meanOf(logs.map(([, y]) => y))]
  const slope =
    logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
  const what = `hdbscan grows from ${growth[0]} to ${growth.at(-1)} images`
  report.row({ what, of: 'bowerbird', note: `as images to the power ${slope.toFixed(2)}` })
  return { points, exponent: slope }
}

type Promised = {
  readonly images: number
  readonly seconds: number
  /** In place of seconds: so many products of all pairs, measured in the same run; 0: no. */
  readonly orProducts: number
  readonly bytes: number
}

async function many(report: Report, o: Promised) {
  const script = new URL('scale/annotate-many.ts', import.meta.url).pathname
  const { status, stdout } = spawnSync(process.execPath, [script, String(o.images), '512'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) throw new Error(`annotating ${o.images} images ended with ${status}`)
  const found = JSON.parse(stdout) as Many
  const within = Math.max(o.seconds, o.orProducts * found.productSeconds)
  report.row({
    what: `annotate, ${found.images} × ${found.width}, hdbscan`,
    of: 'labels',
    seconds: found.seconds.toFixed(0),
    note:
      `within ${within.toFixed(0)} s promised; peak ${gigabytes(found.peakBytes)} of ${gigabytes(o.bytes)} GB; ` +
      `neighbours ${found.recall === null ? 'exact' : `${percent(found.recall)} right`}; ` +
      `a product of all pairs ${found.productSeconds.toFixed(0)} s; labels ${percent(found.right)} right`,
  })
  if (found.peakBytes > o.bytes) throw new Error(`${found.peakBytes} bytes at the peak, not ${o.bytes}`)
  return found
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2)

/** Each part as it was measured last. */
function keep(name: string, found: Readonly<Record<string, unknown>>): void {
  const before = keptResult<{ readonly parts: object }>('annotate')
  const part = { date: today(), load: load(), ...found }
  keepResult('annotate', { command: 'npm run bench annotate', parts: { ...before.parts, [name]: part } })
}

export const bench: Bench = {
  name: 'annotate',
  says: `exact HDBSCAN beside Python’s, ${promised} times as fast promised; then from embeddings to labels`,
  async run(report) {
    const runtime = openRuntime({ cores: 2, cache: tmpdir() })
    const tools = { random: randomFrom(1), matmul: runtime.matmul }
    await tools.matmul(matrix(2, 2), matrix(2, 2))
    const found: Record<string, Readonly<Record<string, unknown>>> = {}
    for (const name of (process.env['BOWERBIRD_BENCH_PARTS'] ?? usualParts).split(',')) {
      report.say(name)
      found[name] = await parts[name]!(report, tools)
      keep(name, found[name])
    }
    await runtime.close()
    return Number(found['peer']?.['ratio'] ?? 0)
  },
}
