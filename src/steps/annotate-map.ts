// A plane through the embeddings on which they differ most: the first two principal directions.
import { rowOf, type Matrix } from '../math/index.ts'

/** Directions of so many rows, evenly drawn, are those of all within a pixel. */
const rowsMost = 4000
const rounds = 24 // of the power method; the angle that is left is below what a map shows

/** Where a row lies. */
export function principalPlane(rows: Matrix): (row: number) => readonly [number, number] {
  const step = Math.max(1, rows.rows / rowsMost)
  const drawn = Array.from({ length: Math.min(rows.rows, rowsMost) }, (_, i) => Math.floor(i * step))
  const mean = new Float64Array(rows.columns)
  for (const row of drawn) rowOf(rows, row).forEach((x, j) => (mean[j]! += x / drawn.length))
  const across = direction(rows, { drawn, mean, beside: null })
  const up = direction(rows, { drawn, mean, beside: across })
  const along = (row: number, of: Float64Array) =>
    Math.round(1e4 * (product(rowOf(rows, row), of) - product(mean, of))) / 1e4
  return (row) => [along(row, across), along(row, up)]
}

type Sample = {
  readonly drawn: readonly number[]
  readonly mean: Float64Array
  readonly beside: Float64Array | null
}

function direction(rows: Matrix, { drawn, mean, beside }: Sample): Float64Array {
  // Every number differs, so that no axis of the data is missed.
  let found = Float64Array.from({ length: rows.columns }, (_, j) => 1 + ((j * 7919) % 101) / 101)
  for (let round = 0; round < rounds; round++) {
    const next = new Float64Array(rows.columns)
    const middle = product(mean, found)
    for (const row of drawn) {
      const own = rowOf(rows, row)
      const far = product(own, found) - middle
      for (let j = 0; j < own.length; j++) next[j]! += far * (own[j]! - mean[j]!)
    }
    if (beside) {
      const shared = product(next, beside)
      next.forEach((x, j) => (next[j] = x - shared * beside[j]!))
    }
    const length = Math.sqrt(product(next, next)) || 1
    found = next.map((x) => x / length)
  }
  return found
}

function product(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}
