import { matrix, rowOf, sumOf, type Matrix } from '../math/index.ts'
import { softmaxInto } from './rows.ts'

const roundsOfPrior = 30

/**
 * How often each class occurs, as far as scores tell: the prior π under which the shares' mean is π itself
 * (Saerens, Latinne and Decaestecker 2002). Classes that only ever come second die out.
 */
export function priorOf(
  scores: Matrix,
  sizes: Float64Array,
  { temperature, from, rounds = roundsOfPrior }: PriorOptions,
): Float64Array {
  const shares = matrix(scores.rows, scores.columns, scores.data.slice())
  for (let i = 0; i < shares.rows; i++) softmaxInto(rowOf(shares, i), temperature)
  let prior = from ?? new Float64Array(scores.columns).fill(1 / scores.columns)
  for (let round = 0; round < rounds; round++) prior = nextPrior(shares, sizes, prior)
  return prior
}
type PriorOptions = {
  readonly temperature: number
  /** Begins there instead of with classes all alike: a few rounds then do. */
  readonly from?: Float64Array
  readonly rounds?: number
}

function nextPrior(shares: Matrix, sizes: Float64Array, prior: Float64Array): Float64Array {
  const next = new Float64Array(shares.columns)
  const all = sumOf(sizes)
  for (let i = 0; i < shares.rows; i++) {
    const row = rowOf(shares, i)
    let sum = 0
    for (let c = 0; c < row.length; c++) sum += row[c]! * prior[c]!
    const weight = sizes[i]! / (all * Math.max(sum, 1e-30))
    for (let c = 0; c < row.length; c++) next[c]! += weight * row[c]! * prior[c]!
  }
  return next
}

/** The number of equally frequent classes that would be as hard to guess, over the number of classes. */
export function presenceOf(prior: Float64Array): number {
  const entropy = prior.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
  return Math.exp(entropy) / prior.length
}
