// How long a choice takes beside the matrix products that it cannot do without. With BOWERBIRD_BENCH_PARTS=million
// each strategy chooses among a million images, in a process of its own; BOWERBIRD_BENCH_STRATEGIES names some.
import { spawnSync } from 'node:child_process'
import os from 'node:os'
import { matrix, randomFrom, rowOf, type Matrix, type Tools } from '../src/math/index.ts'
import {
  choose,
  emptyPool,
  scores,
  strategyNames,
  usualWeights,
  type Pool,
  type StrategyName,
} from '../src/query/index.ts'
import { openRuntime } from '../src/runtime/index.ts'
import type { ImageId } from '../src/base/index.ts'
import { median, type Bench, type Report } from './bench.ts'
import { keepResult, keptResult, load, today } from './keep.ts'
import type { Chosen } from './scale/choose-many.ts'
import { softmaxed } from './scale/spaces.ts'

const images = Number(process.env['BOWERBIRD_BENCH_IMAGES'] ?? 50_000)
const budget = Math.min(1000, images / 10)
const [width, classes, members, labelled] = [512, 10, 5, 100]
const promised = { score: 0.05, choice: 10 }
const rounds = { score: 7, choice: 3 }
const timed = ['k-center', 'badge', 'typical', 'maxherding', 'uherding'] satisfies StrategyName[]
const others = [
  'k-means++',
  'probcover',
  'clue',
  'clusters',
  'dropquery',
  'density',
  'dpp',
  'class-balanced',
  'stratified',
] satisfies StrategyName[]

export const bench: Bench = {
  name: 'query',
  says: `${budget} of ${images} × ${width}; the ratio is a choice over its matrix products, the largest of five`,
  run: (report) => (process.env['BOWERBIRD_BENCH_PARTS'] === 'million' ? million(report) : usual(report)),
}

async function usual(report: Report): Promise<number> {
  const runtime = openRuntime({ cores: 2, cache: os.tmpdir() })
  const pool = poolOf(images)
  const scoresMsOfOneCore: Record<string, number> = {}
  for (const [name, score] of Object.entries(scores)) {
    const ms = 1000 * repeated(rounds.score, () => score.of(pool, usualWeights))
    report.row({ what: `score ${name}`, ms: ms.toFixed(1), 'promised ms': promised.score * 1000 })
    scoresMsOfOneCore[name] = Number(ms.toFixed(1))
  }
  const hands = { pool, matmul: runtime.matmul, report }
  const choices: Measured[] = []
  for (const name of timed) choices.push(await measured(name, hands))
  if (process.env['BOWERBIRD_BENCH_ALL']) for (const name of others) await measured(name, hands)
  await runtime.close()
  const ratio = Math.max(...choices.map((choice) => choice.ratio))
  const of = `${images} × ${width}, budget ${budget}, ${classes} classes, ${labelled} labels, ${members} heads`
  keep({ date: today(), load: load(), pool: of, choices, scoresMsOfOneCore, ratio })
  return ratio
}

const many = { images: 1_000_000, budget: 100, bytes: 6e9, without: ['batch-bald', 'bait'] }

/** The ratio is the bytes that may be used over the most that any strategy used. */
function million(report: Report): Promise<number> {
  const script = new URL('scale/choose-many.ts', import.meta.url).pathname
  const wanted = process.env['BOWERBIRD_BENCH_STRATEGIES']?.split(',')
  const names = strategyNames.filter(
    (name) => !many.without.includes(name) && (wanted?.includes(name) ?? true),
  )
  for (const name of names) {
    const args = [script, name, String(many.images), String(width), String(many.budget)]
    const { status, stdout } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    if (status !== 0) throw new Error(`choosing among ${many.images} by ${name} ended with ${status}`)
    const choice = JSON.parse(stdout) as Chosen
    const gigabytes = (choice.peakBytes / 1e9).toFixed(2)
    report.row({
      what: `choice ${name}, ${many.images} × ${width}`,
      seconds: choice.seconds.toFixed(1),
      'peak GB': gigabytes,
    })
    report.say(`${name}: ${choice.seconds.toFixed(1)} s, ${gigabytes} GB at the peak`)
    if (choice.peakBytes > many.bytes)
      throw new Error(`${name}: ${choice.peakBytes} bytes, not ${many.bytes}`)
    keepChoice({ ...choice, seconds: Number(choice.seconds.toFixed(1)) })
  }
  return Promise.resolve(many.bytes / Math.max(...choicesSoFar().map((choice) => choice.peakBytes)))
}

const choicesSoFar = (): readonly Chosen[] => resultsSoFar().million?.choices ?? []

function keepChoice(choice: Chosen): void {
  const others = choicesSoFar().filter(({ strategy }) => strategy !== choice.strategy)
  const command = 'BOWERBIRD_BENCH_PARTS=million npm run bench query'
  keep({ million: { command, date: today(), load: load(), choices: [...others, choice] } })
}

type Results = { readonly million: { readonly choices: readonly Chosen[] } }
const resultsSoFar = () => keptResult<Results>('query')

/** Each part as it was measured last. */
const keep = (part: object): void => keepResult('query', { ...resultsSoFar(), ...part })

/** The least of several: whatever else runs on the machine only adds. */
function repeated(times: number, run: () => unknown): number {
  return Math.min(
    ...Array.from({ length: times + 1 }, () => {
      const from = performance.now()
      run()
      return (performance.now() - from) / 1000
    }),
  )
}

type Measured = {
  readonly strategy: string
  readonly seconds: number
  readonly products: number
  readonly ratio: number
}
type Hands = { readonly pool: Pool; readonly matmul: Tools['matmul']; readonly report: Report }

async function measured(name: StrategyName, { pool, matmul, report }: Hands): Promise<Measured> {
  const runs: { readonly seconds: number; readonly products: number }[] = []
  for (let round = 0; round < rounds.choice; round++) {
    let products = 0
    const from = performance.now()
    const tools: Tools = {
      random: randomFrom(round),
      matmul: async (a, b) => {
        const began = performance.now()
        const product = await matmul(a, b)
        products += (performance.now() - began) / 1000
        return product
      },
    }
    await choose(pool, { strategy: name, budget }, tools)
    runs.push({ seconds: (performance.now() - from) / 1000, products })
    report.say(`${name}: ${runs.at(-1)!.seconds.toFixed(2)} s, of them ${products.toFixed(2)} s products`)
  }
  const [seconds, products] = [
    median(runs.map((run) => run.seconds)),
    median(runs.map((run) => run.products)),
  ]
  const ratio = median(runs.map((run) => run.seconds / run.products))
  report.row({
    what: `choice ${name}`,
    ms: Math.round(seconds * 1000),
    'promised ms': promised.choice * 1000,
    'of them products, ms': Math.round(products * 1000),
    ratio: ratio.toFixed(2),
  })
  return { strategy: name, seconds: rounded(seconds), products: rounded(products), ratio: rounded(ratio) }
}

const rounded = (value: number): number => Number(value.toFixed(2))

/** Clusters as an encoder gives them: a few strong directions, many weak ones, rows of length one. */
function poolOf(count: number): Pool {
  const random = randomFrom(1)
  const centres = normals(classes, random)
  const rows = (size: number) => {
    const drawn = normals(size, random)
    for (let i = 0; i < size; i++) {
      const row = rowOf(drawn, i)
      const centre = rowOf(centres, random.below(classes))
      let length = 0
      for (let j = 0; j < width; j++) {
        row[j] = (0.3 * centre[j]! + row[j]!) / (1 + j / 20)
        length += row[j]! ** 2
      }
      for (let j = 0; j < width; j++) row[j]! /= Math.sqrt(length)
    }
    return drawn
  }
  const guesses = () => softmaxed(normals(count, random, classes))
  return {
    ...emptyPool,
    ids: Array.from({ length: count }, (_, i) => (i + 1) as ImageId),
    nearTo: Array.from({ length: count }, () => null),
    embeddings: rows(count),
    labelled: rows(labelled),
    probabilities: guesses(),
    ensemble: Array.from({ length: members }, guesses),
    masked: Array.from({ length: 3 }, guesses),
    classNames: Array.from({ length: classes }, (_, i) => `kind ${i}`),
  }
}

function normals(rows: number, random: Tools['random'], columns = width): Matrix {
  const m = matrix(rows, columns)
  for (let i = 0; i < m.data.length; i++) m.data[i] = random.normal()
  return m
}
