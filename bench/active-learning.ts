// Sessions played against known labels, the quick form: random, the default and its rivals from the same images.
import { randomFrom, rowsOf, shuffleInto, type Matrix, type Random } from '../src/math/index.ts'
import { demoImages, openImages } from '../src/images/index.ts'
import {
  autoStrategy,
  bootstrap,
  choose,
  emptyPool,
  masked,
  strategies,
  type Pool,
  type Strategy,
  type StrategyName,
} from '../src/query/index.ts'
import { openRuntime, type Head, type Runtime } from '../src/runtime/index.ts'
import type { ImageId } from '../src/base/index.ts'
import { median, type Bench, type Report } from './bench.ts'
import { folderOf } from './data.ts'
import { embedded } from './embedded.ts'

/** Embeddings with their classes, and how a session on them goes. */
export type Setting = {
  readonly name: string
  readonly rows: Matrix
  readonly classOf: Int32Array
  readonly classNames: readonly string[]
  /** How many, drawn by the seed, are never asked about: accuracy is measured on them. */
  readonly tested: number
  readonly batch: number
  readonly rounds: number
  readonly pull: number
}
export type Player = StrategyName | 'auto'

const players: readonly Player[] = ['random', 'margin', 'uherding', 'auto']
const seeds = [1, 2, 3]

export const bench: Bench = {
  name: 'active-learning',
  says: 'mean accuracy over the rounds, 3 seeds; the ratio is the mean of auto over that of random',
  async run(report) {
    const runtime = openRuntime({ cores: 2, cache: folderOf('models') })
    const setting = await demoSetting(runtime, report)
    const means = new Map<Player, number>()
    for (const player of players) {
      const curves: number[][] = []
      for (const seed of seeds) curves.push(await play(setting, { player, seed }, runtime))
      means.set(player, mean(curves.flat()))
      report.row({ setting: setting.name, strategy: player, ...figuresOf(curves) })
      report.say(`${player}: ${mean(curves.flat()).toFixed(4)}`)
    }
    await runtime.close()
    return means.get('auto')! / means.get('random')!
  },
}

async function demoSetting(runtime: Runtime, { say }: Report): Promise<Setting> {
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 1 })
  const demo = await demoImages()
  const pictures = { name: 'demo', count: demo.labels.length, bytes: demo.bytes }
  const rows = await embedded(pictures, 'resnet50', { runtime, images, say })
  await images.close()
  const classOf = Int32Array.from(demo.labels)
  const more = { tested: 600, batch: demo.classes.length, rounds: 14, pull: 0.003 }
  return { name: 'demo, resnet50', rows, classOf, classNames: demo.classes, ...more }
}

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length

/** By thirds of the rounds, and over all. */
export function figuresOf(curves: readonly (readonly number[])[]): Record<string, string> {
  const rounds = curves[0]!.length
  const over = (from: number, to: number) => (100 * mean(curves.flatMap((c) => c.slice(from, to)))).toFixed(1)
  const third = Math.ceil(rounds / 3)
  return {
    'first round': over(0, 1),
    low: over(0, third),
    mid: over(third, 2 * third),
    high: over(2 * third, rounds),
    mean: over(0, rounds),
    'median seed': (100 * median(curves.map((c) => mean(c)))).toFixed(1),
  }
}

/** The accuracy after each round. */
export async function play(
  setting: Setting,
  { player, seed }: { readonly player: Player; readonly seed: number },
  runtime: Runtime,
): Promise<number[]> {
  const random = randomFrom(seed)
  const order = shuffleInto(Int32Array.from(setting.classOf.keys()), random)
  const tested = order.subarray(0, setting.tested)
  const left = new Set(order.subarray(setting.tested))
  const taught: number[] = []
  const curve: number[] = []
  let head: Head | null = null
  for (let round = 0; round < setting.rounds; round++) {
    const asked = await asking({ setting, player, left: [...left], taught, head, random }, runtime)
    for (const place of asked) left.delete(place)
    taught.push(...asked)
    head = await learn(setting, { places: taught, from: head, runtime })
    curve.push(await accuracyOf(head, { setting, places: tested, runtime }))
  }
  return curve
}

type Moment = {
  readonly setting: Setting
  readonly player: Player
  readonly left: readonly number[]
  readonly taught: readonly number[]
  readonly head: Head | null
  readonly random: Random
}

async function asking(moment: Moment, runtime: Runtime): Promise<number[]> {
  const { setting, left, head, random } = moment
  const strategy = strategyOf(moment)
  const needs: Strategy['needs'] = strategies[strategy].needs
  const rows = rowsOf(setting.rows, left)
  const pool: Pool = {
    ...emptyPool,
    ids: left.map((place) => (place + 1) as ImageId),
    nearTo: left.map(() => null),
    embeddings: rows,
    labelled: moment.taught.length > 0 ? rowsOf(setting.rows, moment.taught) : null,
    labels: head ? Int32Array.from(moment.taught, (place) => setting.classOf[place]!) : null,
    classNames: setting.classNames,
    probabilities: head && (await runtime.probabilities(head, rows)),
    masked: head && needs.includes('masked') ? await guesses(3, () => head, masked) : null,
    ensemble: head && needs.includes('ensemble') ? await guesses(5, retaught, (m) => m) : null,
  }
  async function guesses(
    count: number,
    by: () => Head | Promise<Head>,
    of: typeof masked,
  ): Promise<Matrix[]> {
    const all: Matrix[] = []
    while (all.length < count) all.push(await runtime.probabilities(await by(), of(rows, random)))
    return all
  }
  function retaught(): Promise<Head> {
    const classOf = moment.taught.map((place) => setting.classOf[place]!)
    const places = Array.from(bootstrap(classOf, random), (i) => moment.taught[i]!)
    return learn(setting, { places, from: head, runtime })
  }
  const tools = { random, matmul: runtime.matmul }
  const choices = await choose(pool, { strategy, budget: setting.batch }, tools)
  return choices.map(({ image }) => image - 1)
}

/** Before there is a model, what needs one takes typical images. */
function strategyOf({ setting, player, taught, head }: Moment): StrategyName {
  const situation = {
    hasEmbeddings: true,
    hasModel: head !== null,
    labelled: taught.length,
    classes: setting.classNames.length,
  }
  if (player === 'auto') return autoStrategy(situation).strategy
  const needs: Strategy['needs'] = strategies[player].needs
  return !head && needs.some((need) => need !== 'embeddings') ? 'typical' : player
}

type Learning = { readonly places: readonly number[]; readonly from: Head | null; readonly runtime: Runtime }

function learn(setting: Setting, { places, from, runtime }: Learning): Promise<Head> {
  const classOf = Int32Array.from(places, (place) => setting.classOf[place]!)
  const classes = setting.classNames.length
  return runtime.trainHead(rowsOf(setting.rows, places), classOf, {
    classes,
    pull: setting.pull,
    seed: 1,
    ...(from ? { from } : {}),
  })
}

type Testing = { readonly setting: Setting; readonly places: Int32Array; readonly runtime: Runtime }

async function accuracyOf(head: Head, { setting, places, runtime }: Testing): Promise<number> {
  const { data, columns } = await runtime.probabilities(head, rowsOf(setting.rows, places))
  let right = 0
  for (const [i, place] of places.entries()) {
    const row = data.subarray(i * columns, (i + 1) * columns)
    if (row.indexOf(Math.max(...row)) === setting.classOf[place]!) right++
  }
  return right / places.length
}
