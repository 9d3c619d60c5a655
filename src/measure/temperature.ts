// Sureness put right by one number (Guo et al. 2017): probabilities as softmax(log p / T).
import { assert } from '../base/index.ts'
import { matrix, placeOfLargest, rowOf, rowsOf, stacked, type Matrix } from '../math/index.ts'
import { calibrationError } from './classes.ts'

const smallest = 1.1920929e-7 // as in the log loss
const bounds = { low: Math.log(0.05), high: Math.log(20) }
const steps = 24 // golden sections: 6 · 0.618²⁴ is 6e-5

/** The T of least log loss; above 1 where the guesses are too sure. */
export function fitTemperature(truth: Int32Array, probabilities: Matrix): number {
  assert(truth.length === probabilities.rows, 'each row of probabilities has its truth')
  if (truth.length === 0) return 1
  const logs = probabilities.data.map((p) => Math.log(Math.max(smallest, p)))
  const loss = (logT: number) => lossAt(truth, { ...probabilities, data: logs }, Math.exp(-logT))
  const golden = (Math.sqrt(5) - 1) / 2
  let { low, high } = bounds
  let [a, b] = [high - golden * (high - low), low + golden * (high - low)]
  let [lossA, lossB] = [loss(a), loss(b)]
  // The loss is convex in 1 / T, so that it has one valley whichever way T is counted.
  for (let step = 0; step < steps; step++) {
    if (lossA < lossB) {
      ;[high, b, lossB] = [b, a, lossA]
      a = high - golden * (high - low)
      lossA = loss(a)
    } else {
      ;[low, a, lossA] = [a, b, lossB]
      b = low + golden * (high - low)
      lossB = loss(b)
    }
  }
  return Math.exp((low + high) / 2)
}

/** Σ log Σ exp(β · log p) − β · log p of the true class, over all rows. */
function lossAt(truth: Int32Array, { data, columns }: Matrix, beta: number): number {
  let loss = 0
  for (let i = 0; i < truth.length; i++) {
    const from = i * columns
    // The largest of a row is at least −log(columns), so that nothing overflows below β = 20.
    let sum = 0
    for (let c = 0; c < columns; c++) sum += Math.exp(beta * data[from + c]!)
    loss += Math.log(sum) - beta * data[from + truth[i]!]!
  }
  return loss
}

/** The order of the classes stays as it is. */
export function withTemperature(probabilities: Matrix, temperature: number): Matrix {
  const changed = matrix(probabilities.rows, probabilities.columns)
  for (let i = 0; i < changed.rows; i++) {
    const [from, to] = [rowOf(probabilities, i), rowOf(changed, i)]
    let sum = 0
    for (let c = 0; c < from.length; c++) {
      to[c] = Math.max(smallest, from[c]!) ** (1 / temperature)
      sum += to[c]!
    }
    for (let c = 0; c < to.length; c++) to[c]! /= sum
  }
  return changed
}

export type Calibration = {
  readonly temperature: number
  readonly before: number
  /** With each half put right by what the other shows: no row is measured by what it taught. */
  readonly after: number
}

const cellsMost = 10_000 // 1,000 rows of ten classes, in about 10 ms: a version is trained after each answer

export function calibrate(truth: Int32Array, probabilities: Matrix): Calibration {
  // Every n-th row: rows come in the order of images, and folders in the order of classes.
  const apart = Math.max(1, Math.ceil((truth.length * probabilities.columns) / cellsMost))
  const some = Array.from({ length: Math.ceil(truth.length / apart) }, (_, i) => i * apart)
  const halves = [some.filter((_, i) => i % 2 === 0), some.filter((_, i) => i % 2 === 1)]
  const [even, odd] = halves.map((rows) => taken(truth, probabilities, rows))
  const mended = [mend(even!, odd!), mend(odd!, even!)] as const
  const all = taken(truth, probabilities, some)
  const joined = stacked(mended.map(({ rows }) => rows))
  return {
    temperature: fitTemperature(all.truth, all.rows),
    before: errorOf(all.truth, all.rows),
    after: errorOf(Int32Array.of(...mended[0].truth, ...mended[1].truth), joined),
  }
}

type Some = { readonly truth: Int32Array; readonly rows: Matrix }

const mend = (half: Some, other: Some): Some => ({
  truth: half.truth,
  rows: withTemperature(half.rows, fitTemperature(other.truth, other.rows)),
})

const taken = (truth: Int32Array, probabilities: Matrix, rows: readonly number[]): Some => ({
  truth: Int32Array.from(rows, (i) => truth[i]!),
  rows: rowsOf(probabilities, rows),
})

const errorOf = (truth: Int32Array, rows: Matrix): number =>
  calibrationError(
    truth,
    Int32Array.from(truth, (_, i) => placeOfLargest(rowOf(rows, i))),
    rows,
  )
