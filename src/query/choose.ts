import { assert, Failure, type ImageId } from '../base/index.ts'
import type { Tools } from '../math/index.ts'
import { shuffled } from './order.ts'
import { part, type Choice, type Pool } from './pool.ts'
import { leastConfidence, usualWeights, type Weights } from './scores.ts'
import { strategies, type Need, type Strategy, type StrategyName } from './strategies.ts'

export type How = {
  /** By its name in the table, or one that is not in it. */
  readonly strategy: StrategyName | Strategy
  readonly budget: number
  /** Images whose best guess is surer than 1 less this are not asked about; 0, the usual, keeps all. */
  readonly minUncertainty?: number
  /** Bounds the budget. */
  readonly maxPerRound?: number | undefined
  /** What counts how much in `combined`. */
  readonly weights?: Weights
}

/** As many images as the budget, none twice; near duplicates of one another only when no other is left. */
export async function choose(pool: Pool, how: How, tools: Tools): Promise<readonly Choice[]> {
  const left = pool.ids.length
  if (how.budget > left) {
    throw new Failure(
      'out-of-pool',
      `cannot ask ${how.budget} questions: the budget is at most the number of images without a label, ` +
        `and ${left} are left`,
    )
  }
  const { strategy: its, minUncertainty = 0, weights = usualWeights } = how
  const strategy: Strategy = typeof its === 'string' ? strategies[its] : its
  for (const need of strategy.needs) assert(has(pool, need), `a pool for this strategy has ${need}`)
  const { distinct, twins } = parted(pool, unsureEnough(pool, minUncertainty))
  const budget = Math.min(how.budget, how.maxPerRound ?? Infinity, distinct.length + twins.length)
  if (budget === 0) return []
  const some = part(pool, distinct)
  const { order, reason } = await strategy.rank(
    some,
    { budget: Math.min(budget, distinct.length), weights },
    tools,
  )
  const ranked = Array.from({ length: Math.min(budget, order.length) }, (_, i) => ({
    image: some.ids[order[i]!]!,
    reason: reason(order[i]!),
  }))
  if (ranked.length === budget) return ranked
  return [...ranked, ...theRest(some, ranked, tools), ...said(pool, twins)].slice(0, budget)
}

/** Whether it was given, and of how many heads if it is a list. */
function has(pool: Pool, need: Need): boolean {
  if (need === 'likeness')
    return pool.embeddings !== null || (pool.products !== null && pool.nearest !== null)
  const given = pool[need]
  return given !== null && !(Array.isArray(given) && given.length === 0)
}

/** Ascending by id: the order in which a pool is listed must not decide what is asked. */
function unsureEnough(pool: Pool, least: number): readonly number[] {
  const unsure = least > 0 && pool.probabilities ? leastConfidence(pool.probabilities) : null
  const places = [...pool.ids.keys()].sort((a, b) => pool.ids[a]! - pool.ids[b]!)
  return unsure ? places.filter((place) => unsure[place]! >= least) : places
}

/** A near duplicate's answer is nearly known once its twin is asked: it waits behind all others. */
function parted(pool: Pool, places: readonly number[]) {
  const seen = new Set<ImageId>()
  const [distinct, twins]: [number[], number[]] = [[], []]
  for (const place of places) {
    const kin = pool.nearTo[place] ?? pool.ids[place]!
    ;(seen.has(kin) ? twins : distinct).push(place)
    seen.add(kin)
  }
  return { distinct, twins }
}

/** A strategy may rank fewer than there are; the rest follows by chance, so that every budget is filled. */
function theRest(pool: Pool, ranked: readonly Choice[], { random }: Tools): readonly Choice[] {
  const chosen = new Set(ranked.map(({ image }) => image))
  const order = Array.from(shuffled(pool.ids.length, random), (place) => pool.ids[place]!)
  return order.flatMap((image) =>
    chosen.has(image) ? [] : [{ image, reason: 'drawn by chance from the rest' }],
  )
}

const said = (pool: Pool, places: readonly number[]): readonly Choice[] =>
  places.map((place) => ({ image: pool.ids[place]!, reason: 'a near duplicate of another image' }))
