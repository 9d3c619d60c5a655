// Choices that mind how many of each class there will be, as far as guesses tell.
import { placeOfLargest, rowOf, type Tools } from '../math/index.ts'
import { bestFirst, shuffled } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { margin } from './scores.ts'

type Asked = { readonly budget: number }

/** Always of the class that has the fewest labels and questions, its closest call. */
export async function classBalanced(pool: Pool, { budget }: Asked, { random }: Tools): Promise<Ranking> {
  const { guessOf, lists } = byGuess(pool, bestFirst(margin(pool.probabilities!), random))
  const labels = new Float64Array(lists.length)
  pool.labels?.forEach((its) => its >= 0 && labels[its]!++)
  const had = labels.slice()
  const order = taken(lists, { budget, urgency: (its) => -had[its]!, take: (its) => had[its]!++ })
  const name = (its: number) => pool.classNames[its] ?? its
  return {
    order,
    reason: (i) => `perhaps ${name(guessOf[i]!)}, of which there are only ${labels[guessOf[i]!]} labels`,
  }
}

/** By chance, from each guessed class as many as its share of the pool. */
export async function stratified(pool: Pool, { budget }: Asked, { random }: Tools): Promise<Ranking> {
  const { guessOf, lists } = byGuess(pool, shuffled(pool.ids.length, random))
  const sizes = lists.map((list) => list.length)
  const had = new Float64Array(lists.length)
  const order = taken(lists, {
    budget,
    // Webster's method of sharing out seats: no class is half a question from its share, as far as that goes.
    urgency: (its) => sizes[its]! / (2 * had[its]! + 1),
    take: (its) => had[its]!++,
  })
  const share = (its: number) => Math.round((100 * sizes[its]!) / pool.ids.length)
  return {
    order,
    reason: (i) => {
      const its = guessOf[i]!
      return `drawn by chance for ${pool.classNames[its] ?? its}, ${share(its)}% of all by the guesses`
    },
  }
}

/** Places of each guessed class, in the order given. */
function byGuess(pool: Pool, order: Int32Array) {
  const { probabilities } = pool
  const guessOf = Int32Array.from(pool.ids, (_, i) => placeOfLargest(rowOf(probabilities!, i)))
  const lists: number[][] = Array.from({ length: probabilities!.columns }, () => [])
  for (const i of order) lists[guessOf[i]!]!.push(i)
  return { guessOf, lists }
}

type Taking = {
  readonly budget: number
  readonly urgency: (list: number) => number
  readonly take: (list: number) => void
}

/** The next of the list that is most urgent, until there are enough. */
function taken(lists: readonly number[][], { budget, urgency, take }: Taking): number[] {
  const order: number[] = []
  const at = lists.map(() => 0)
  while (order.length < budget) {
    const open = lists.flatMap((list, its) => (at[its]! < list.length ? [its] : []))
    if (open.length === 0) break
    const next = open[placeOfLargest(open.map(urgency))]!
    order.push(lists[next]![at[next]!++]!)
    take(next)
  }
  return order
}
