// A session played against known answers. Only the referee sees them: who asks and learns is told the
// answers to its own questions, and the accuracy is measured on images that are never asked about.
import { assert, type ImageId } from '../../base/index.ts'
import { type Session } from '../../measure/index.ts'
import {
  placeOfLargest,
  randomFrom,
  rowOf,
  rowsOf,
  shuffleInto,
  type Matrix,
  type Random,
} from '../../math/index.ts'
import {
  autoStrategy,
  bootstrap,
  choose,
  emptyPool,
  isOfImages,
  masked,
  strategies,
  strategyNames,
  type Need,
  type Pool,
  type Strategy,
} from '../../query/index.ts'
import type { Head } from '../../runtime/index.ts'
import type { World } from '../world.ts'

export const playerNames = ['auto', ...strategyNames] as const
export type Player = (typeof playerNames)[number]
/** A strategy from a file of the user's own plays under this name. */
export const contestantNames = [...playerNames, 'own'] as const
export type Contestant = (typeof contestantNames)[number]

/** What everyone may see; places count from 0. */
export type Table = {
  readonly ids: readonly ImageId[]
  /** Row i is the embedding of image i. */
  readonly rows: Matrix
  readonly nearTo: readonly (ImageId | null)[]
  /** Images of one kin (a group, near duplicates) are all asked about, or all measured on. */
  readonly kin: readonly (number | string)[]
  readonly classNames: readonly string[]
}
/** Keeps the answers. */
export type Referee = {
  readonly answers: (places: readonly number[]) => Int32Array
  readonly accuracy: (probabilities: Matrix, places: readonly number[]) => number
}
export type Rules = {
  readonly batch: number
  readonly rounds: number
  readonly pull: number
  /** The share of images that are measured on, drawn by the seed, or their places. */
  readonly tested: number | readonly number[]
}
export type Game = { readonly table: Table; readonly referee: Referee; readonly rules: Rules }
type Tools = Pick<World, 'runtime' | 'signal'>

export const refereeOf = (truth: Int32Array): Referee => ({
  answers: (places) => Int32Array.from(places, (place) => truth[place]!),
  accuracy(probabilities, places) {
    assert(probabilities.rows === places.length, 'each place has its guess')
    const right = places.filter((place, i) => placeOfLargest(rowOf(probabilities, i)) === truth[place]!)
    return right.length / places.length
  },
})

/** The same seed parts the images the same way for every player: their sessions are pairs. */
export async function play(
  { table, referee, rules }: Game,
  of: { readonly player: Player | Strategy; readonly seed: number; readonly told: () => void },
  tools: Tools,
): Promise<Session> {
  const { asked: pool, tested } = parted(table, rules.tested, randomFrom(of.seed))
  const random = randomFrom(Math.imul(of.seed, 0x9e3779b1) + 1)
  const testRows = rowsOf(table.rows, tested)
  const session = { labels: [] as number[], accuracy: [] as number[] }
  const left = new Set(pool)
  let known: Known = { places: [], classes: new Int32Array(0), head: null }
  while (session.labels.length < rules.rounds && left.size > 0) {
    tools.signal.throwIfAborted()
    const chosen = await asking({ table, rules, left: [...left], known, random, player: of.player }, tools)
    for (const place of chosen) left.delete(place)
    const places = [...known.places, ...chosen]
    const classes = Int32Array.of(...known.classes, ...referee.answers(chosen))
    known = {
      places,
      classes,
      head: await learn({ table, rules }, { places, classes, from: known.head }, tools),
    }
    session.labels.push(places.length)
    session.accuracy.push(referee.accuracy(await tools.runtime.probabilities(known.head!, testRows), tested))
    of.told()
  }
  return session
}

export function parted(table: Table, tested: Rules['tested'], random: Random) {
  return split(table, typeof tested === 'number' ? drawn(table, tested, random) : tested)
}

function drawn(table: Table, share: number, random: Random): readonly number[] {
  const kins = [...new Set(table.kin)]
  const wanted = share * table.ids.length
  const places = Map.groupBy(table.kin.keys(), (place) => table.kin[place]!)
  const tested: number[] = []
  for (const kin of shuffleInto(kins, random)) if (tested.length < wanted) tested.push(...places.get(kin)!)
  return tested
}

function split(table: Table, tested: readonly number[]) {
  const isTested = new Set(tested)
  return { asked: [...table.ids.keys()].filter((place) => !isTested.has(place)), tested }
}

/** What a player has been told, and the head that learnt it. */
type Known = {
  readonly places: readonly number[]
  readonly classes: Int32Array
  readonly head: Head | null
}
type Moment = {
  readonly table: Table
  readonly rules: Rules
  readonly left: readonly number[]
  readonly known: Known
  readonly random: Random
  readonly player: Player | Strategy
}

async function asking(moment: Moment, { runtime, signal }: Tools): Promise<number[]> {
  const { table, rules, left, random } = moment
  const strategy = strategyOf(moment)
  const pool = await poolOf(moment, strategy.needs, { runtime, signal })
  const budget = Math.min(rules.batch, left.length)
  const choices = await choose(pool, { strategy, budget }, { random, matmul: runtime.matmul })
  const placeOf = new Map(left.map((place) => [table.ids[place]!, place]))
  return choices.map(({ image }) => placeOf.get(image)!)
}

/** Before there is a head, what needs one takes typical images. */
function strategyOf({ table, known, player }: Moment): Strategy {
  if (player === 'auto') {
    const situation = {
      hasEmbeddings: true,
      hasModel: known.head !== null,
      labelled: known.places.length,
      classes: table.classNames.length,
    }
    return strategies[autoStrategy(situation).strategy]
  }
  const wanted: Strategy = typeof player === 'string' ? strategies[player] : player
  return !known.head && !wanted.needs.every(isOfImages) ? strategies.typical : wanted
}

const passes = { ensemble: 5, masked: 3 } // as `ask` makes them

async function poolOf(moment: Moment, needs: readonly Need[], tools: Tools): Promise<Pool> {
  const { table, rules, left, known, random } = moment
  const rows = rowsOf(table.rows, left)
  const { head } = known
  const guesses = async (count: number, by: () => Promise<Head>, of: (rows: Matrix) => Matrix) => {
    const all: Matrix[] = []
    while (all.length < count) all.push(await tools.runtime.probabilities(await by(), of(rows)))
    return all
  }
  const retaught = (): Promise<Head> => {
    const drawn = Array.from(bootstrap([...known.classes], random))
    const places = drawn.map((i) => known.places[i]!)
    const classes = Int32Array.from(drawn, (i) => known.classes[i]!)
    return learn({ table, rules }, { places, classes, from: head }, tools)
  }
  return {
    ...emptyPool,
    ids: left.map((place) => table.ids[place]!),
    nearTo: left.map((place) => table.nearTo[place]!),
    embeddings: rows,
    labelled: known.places.length > 0 ? rowsOf(table.rows, known.places) : null,
    labels: head && known.classes,
    classNames: table.classNames,
    probabilities: head && (await tools.runtime.probabilities(head, rows)),
    masked:
      head && needs.includes('masked')
        ? await guesses(
            passes.masked,
            async () => head,
            (m) => masked(m, random),
          )
        : null,
    ensemble: head && needs.includes('ensemble') ? await guesses(passes.ensemble, retaught, (m) => m) : null,
  }
}

type Lesson = Pick<Known, 'places' | 'classes'> & { readonly from: Head | null }

function learn(
  { table, rules }: Pick<Game, 'table' | 'rules'>,
  { places, classes, from }: Lesson,
  { runtime, signal }: Tools,
): Promise<Head> {
  return runtime.trainHead(rowsOf(table.rows, places), classes, {
    classes: table.classNames.length,
    pull: rules.pull,
    seed: 1, // the problem is convex: it changes nothing
    signal,
    ...(from ? { from } : {}),
  })
}
