// A plane through the embeddings on which they differ most: the first two principal directions.
import { matrix, rowOf, type Matrix, type Tools } from '../math/index.ts'

/** Directions of so many rows, evenly drawn, are those of all within a pixel. */
const rowsMost = 4000
const rounds = 30 // of the power method; the angle that is left is below what a map shows

/** Where a row lies. */
export async function principalPlane(
  rows: Matrix,
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<(row: number) => readonly [number, number]> {
  const { turned, mean } = centredColumns(rows)
  // Σ over rows of x xᵀ, as one product: 30 rounds over the rows themselves took ten times as long.
  const spread = await matmul(turned, turned)
  const across = direction(spread, null)
  const up = direction(spread, across)
  const [meanAcross, meanUp] = [product(mean, across), product(mean, up)]
  const rounded = (x: number) => Math.round(1e4 * x) / 1e4
  return (row) => [
    rounded(productOfRow(rows, row, across) - meanAcross),
    rounded(productOfRow(rows, row, up) - meanUp),
  ]
}

/** [columns, drawn rows], each column less its mean. */
function centredColumns(rows: Matrix): { readonly turned: Matrix; readonly mean: Float64Array } {
  const count = Math.min(rows.rows, rowsMost)
  const step = rows.rows / count
  const mean = new Float64Array(rows.columns)
  const turned = matrix(rows.columns, count)
  for (let i = 0; i < count; i++) {
    const own = rowOf(rows, Math.floor(i * step))
    for (let j = 0; j < own.length; j++) {
      mean[j]! += own[j]! / count
      turned.data[j * count + i] = own[j]!
    }
  }
  for (let j = 0; j < rows.columns; j++) {
    const column = rowOf(turned, j)
    for (let i = 0; i < count; i++) column[i]! -= mean[j]!
  }
  return { turned, mean }
}

/** The longest axis, or the longest at a right angle to another. */
function direction(spread: Matrix, beside: Float64Array | null): Float64Array {
  // Every number differs, so that no axis of the data is missed.
  let found = Float64Array.from({ length: spread.rows }, (_, j) => 1 + ((j * 7919) % 101) / 101)
  for (let round = 0; round < rounds; round++) {
    const next = Float64Array.from({ length: spread.rows }, (_, j) => productOfRow(spread, j, found))
    if (beside) {
      const shared = product(next, beside)
      next.forEach((x, j) => (next[j] = x - shared * beside[j]!))
    }
    const length = Math.sqrt(product(next, next)) || 1
    found = next.map((x) => x / length)
  }
  return found
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let j = 0; j < a.length; j++) sum += a[j]! * b[j]!
  return sum
}

/** Without a view of the row: a million of these took longer than their products. */
function productOfRow({ data, columns }: Matrix, row: number, by: Float64Array): number {
  const from = row * columns
  let sum = 0
  for (let j = 0; j < columns; j++) sum += data[from + j]! * by[j]!
  return sum
}
