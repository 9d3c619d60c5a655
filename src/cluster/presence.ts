import { matrix, rowOf, type Matrix } from '../math/index.ts'
import { softmaxInto } from './rows.ts'

const roundsOfPrior = 30

/**
 * How often each class occurs, as far as scores tell: the prior π under which the shares' mean is π itself
 * (Saerens, Latinne and Decaestecker 2002). Classes that only ever come second die out.
 */
export function priorOf(scores: Matrix, sizes: Float64Array, temperature: number): Float64Array {
  const shares = matrix(scores.rows, scores.columns, scores.data.slice())
  for (let i = 0; i < shares.rows; i++) softmaxInto(rowOf(shares, i), temperature)
  let prior = new Float64Array(scores.columns).fill(1 / scores.columns)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  for (let round = 0; round < roundsOfPrior; round++) {
    const next = new Float64Array(scores.columns)
    for (let i = 0; i < shares.rows; i++) {
      const row = rowOf(shares, i)
      let sum = 0
      for (let c = 0; c < row.length; c++) sum += row[c]! * prior[c]!
      const weight = sizes[i]! / (all * Math.max(sum, 1e-30))
      for (let c = 0; c < row.length; c++) next[c]! += weight * row[c]! * prior[c]!
    }
    prior = next
  }
  return prior
}

/** The number of equally frequent classes that would be as hard to guess, over the number of classes. */
export function presenceOf(prior: Float64Array): number {
  const entropy = prior.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
  return Math.exp(entropy) / prior.length
}
