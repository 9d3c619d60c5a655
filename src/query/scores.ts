// How unsure a guess is, from 0 (sure) to 1, of every image at once.
import { namesOf } from '../base/index.ts'
import { matrix, rowOf, type Matrix } from '../math/index.ts'
import { entropies } from './entropy.ts'
import type { Pool } from './pool.ts'
import { closestCall, firmest, percent } from './words.ts'

/** How much each uncertainty counts in `combined`. */
export type Weights = { readonly confidence: number; readonly entropy: number; readonly variance: number }
export const usualWeights: Weights = { confidence: 0.4, entropy: 0.3, variance: 0.3 }

export type Score = {
  readonly says: string
  readonly needs: readonly ('probabilities' | 'ensemble')[]
  readonly of: (pool: Pool, weights: Weights) => Float32Array
  readonly reason: (pool: Pool, index: number) => string
}

/** 1 − max p */
export function leastConfidence({ rows, columns, data }: Matrix): Float32Array {
  const scores = new Float32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) {
    let most = 0
    for (let c = 0; c < columns; c++, at++) if (data[at]! > most) most = data[at]!
    scores[row] = 1 - most
  }
  return scores
}

/** 1 − (first − second) */
export function margin({ rows, columns, data }: Matrix): Float32Array {
  const scores = new Float32Array(rows)
  for (let row = 0, at = 0; row < rows; row++) {
    let first = 0
    let second = 0
    for (let c = 0; c < columns; c++, at++) {
      const p = data[at]!
      // Not as a pair: of 50,000 images that takes 9 ms instead of 3.
      if (p > first) {
        second = first
        first = p
      } else if (p > second) second = p
    }
    scores[row] = 1 - (first - second)
  }
  return scores
}

/** −Σ p ln p / ln classes */
export function entropy(probabilities: Matrix): Float32Array {
  const most = Math.log(Math.max(2, probabilities.columns))
  return entropies(probabilities).map((nats) => nats / most)
}

/** Mean of the members' probabilities. */
export function consensus(members: readonly Matrix[]): Matrix {
  const mean = matrix(members[0]!.rows, members[0]!.columns)
  for (const { data } of members) {
    for (let i = 0; i < data.length; i++) mean.data[i]! += data[i]! / members.length
  }
  return mean
}

/** H(mean p) − mean H(p), over ln classes: what an answer tells of the members (Houlsby et al., 2011). */
export function bald(members: readonly Matrix[]): Float32Array {
  const most = Math.log(Math.max(2, members[0]!.columns))
  const information = entropies(consensus(members))
  for (const member of members) {
    const own = entropies(member)
    for (let i = 0; i < own.length; i++) information[i]! -= own[i]! / members.length
  }
  return information.map((nats) => Math.max(0, nats) / most)
}

/** Votes of the members: [images, classes] of shares. */
function votes(members: readonly Matrix[]): Matrix {
  const { rows, columns } = members[0]!
  const shares = matrix(rows, columns)
  for (const { data } of members) {
    for (let row = 0, at = 0; row < rows; row++) {
      let best = at
      for (const end = at + columns; at < end; at++) if (data[at]! > data[best]!) best = at
      shares.data[best]! += 1 / members.length
    }
  }
  return shares
}

/** Mean over classes of the variance between members, over the largest there can be, 1/4. */
export function variance(members: readonly Matrix[]): Float32Array {
  const mean = consensus(members)
  const { rows, columns } = mean
  const scores = new Float32Array(rows)
  for (const { data } of members) {
    for (let row = 0, at = 0; row < rows; row++) {
      let sum = 0
      for (let c = 0; c < columns; c++, at++) sum += (data[at]! - mean.data[at]!) ** 2
      scores[row]! += (4 * sum) / columns / members.length
    }
  }
  return scores
}

function combined(pool: Pool, weights: Weights): Float32Array {
  const p = pool.probabilities!
  const [unsure, spread, apart] = [leastConfidence(p), entropy(p), variance(pool.ensemble!)]
  const total = weights.confidence + weights.entropy + weights.variance
  return unsure.map(
    (score, i) =>
      (weights.confidence * score + weights.entropy * spread[i]! + weights.variance * apart[i]!) / total,
  )
}

/** Least sure of all for its price: whoever pays by the image gets the most doubt for the money. */
function perCost(pool: Pool): Float32Array {
  const scores = margin(pool.probabilities!)
  return pool.costs ? scores.map((score, i) => score / pool.costs![i]!) : scores
}

const torn = (pool: Pool, index: number) => closestCall(rowOf(pool.probabilities!, index), pool.classNames)
const timid = (pool: Pool, index: number) =>
  `at best ${firmest(rowOf(pool.probabilities!, index), pool.classNames)}`

function votesInWords({ ensemble, classNames }: Pool, index: number): string {
  const shares = votes(ensemble!.map((m) => matrix(1, m.columns, rowOf(m, index))))
  const [first, second] = Array.from(shares.data, (share, c) => ({ share, c })).sort(
    (a, b) => b.share - a.share,
  )
  const named = ({ share, c }: { share: number; c: number }) => `${percent(share)} ${classNames[c] ?? c}`
  if (!second || second.share === 0)
    return `${ensemble!.length} heads all say ${classNames[first!.c] ?? first!.c}`
  return `${ensemble!.length} heads disagree: ${named(first!)}, ${named(second)}`
}

export const scores = {
  'least-confidence': {
    says: 'even the best guess is weak',
    needs: ['probabilities'],
    of: (pool) => leastConfidence(pool.probabilities!),
    reason: timid,
  },
  margin: {
    says: 'the two best guesses are nearly tied',
    needs: ['probabilities'],
    of: (pool) => margin(pool.probabilities!),
    reason: torn,
  },
  entropy: {
    says: 'the guess is spread over many classes',
    needs: ['probabilities'],
    of: (pool) => entropy(pool.probabilities!),
    reason: timid,
  },
  'variation-ratio': {
    says: 'few of several heads vote for the winner',
    needs: ['ensemble'],
    of: (pool) => leastConfidence(votes(pool.ensemble!)),
    reason: votesInWords,
  },
  bald: {
    says: 'several heads are each sure, of different classes',
    needs: ['ensemble'],
    of: (pool) => bald(pool.ensemble!),
    reason: votesInWords,
  },
  disagreement: {
    says: 'several heads spread their votes over many classes',
    needs: ['ensemble'],
    of: (pool) => entropy(votes(pool.ensemble!)),
    reason: votesInWords,
  },
  combined: {
    says: 'weak, spread and wavering guesses, weighed together',
    needs: ['probabilities', 'ensemble'],
    of: combined,
    reason: torn,
  },
  'cost-aware': {
    says: 'the most doubt for what an answer costs',
    needs: ['probabilities'],
    of: perCost,
    reason: (pool, i) => `${torn(pool, i)}${pool.costs ? `, at a cost of ${pool.costs[i]}` : ''}`,
  },
} satisfies Record<string, Score>

export type ScoreName = keyof typeof scores
export const scoreNames = namesOf(scores)
