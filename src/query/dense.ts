// Information density (Settles and Craven, 2008): how unsure, times how similar to all others on average.
import { rowOf, type Tools } from '../math/index.ts'
import { middleOf } from './k-center.ts'
import { bestFirst } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { entropy } from './scores.ts'
import { firmest, percent } from './words.ts'

/** Of rows of length one the mean similarity with all is the product with their mean. */
export async function denseAndUnsure(pool: Pool, _: object, { random, matmul }: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const { data: similar } = await matmul(middleOf(rows), rows)
  const unsure = entropy(pool.probabilities!)
  // From −1 to 1 otherwise, and an unlike image would be the better the surer.
  const order = bestFirst(
    unsure.map((score, i) => score * (1 + similar[i]!)),
    random,
  )
  const guess = (i: number) => firmest(rowOf(pool.probabilities!, i), pool.classNames)
  return {
    order,
    reason: (i) => `at best ${guess(i)}, and ${percent(similar[i]!)} like all others on average`,
  }
}
