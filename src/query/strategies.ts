import { namesOf } from '../base/index.ts'
import { rowOf, shuffleInto, type Tools } from '../math/index.ts'
import { closestCall } from './margin.ts'
import type { Candidate, Pool } from './pool.ts'
import { typicalFirst } from './typical.ts'

/** A way to choose: candidates, the best first; at least as many as asked for, where the pool has them. */
export type Strategy = {
  readonly says: string
  readonly needs: 'nothing' | 'embeddings' | 'probabilities'
  readonly rank: (pool: Pool, budget: number, tools: Tools) => Promise<readonly Candidate[]>
}

export const strategies = {
  random: {
    says: 'drawn by chance, which measures without a bias',
    needs: 'nothing',
    rank: async (pool, _, { random }) =>
      shuffledIndices(pool, random).map((index) => ({ index, reason: 'drawn by chance' })),
  },
  margin: {
    says: 'the two best guesses are nearly tied',
    needs: 'probabilities',
    rank: async (pool, _, { random }) => {
      // Ties fall by chance: by position, a folder in class order would be asked one class at a time.
      const order = shuffledIndices(pool, random)
      const calls = order.map((index) => ({
        index,
        ...closestCall(rowOf(pool.probabilities!, index), pool.classNames),
      }))
      return calls.sort((a, b) => a.margin - b.margin)
    },
  },
  typical: {
    says: 'typical of many similar images that have no label yet',
    needs: 'embeddings',
    rank: typicalFirst,
  },
} satisfies Record<string, Strategy>

export type StrategyName = keyof typeof strategies
export const strategyNames = namesOf(strategies)

const shuffledIndices = (pool: Pool, random: Tools['random']): number[] =>
  shuffleInto(
    pool.ids.map((_, index) => index),
    random,
  )
