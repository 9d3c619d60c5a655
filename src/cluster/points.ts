// Rows as products see them: moved so that their mean is zero, for |a|² + |b|² − 2ab then loses fewer digits.
// They are moved a block at a time, since a moved copy of 100,000 × 512 would be 200 MB.
import { matrix, meanRow, type Matrix, type Tools } from '../math/index.ts'

export type Multiply = Pick<Tools, 'matmul'>
export type Points = {
  readonly rows: Matrix
  readonly mean: Float32Array
  /** |x|² / 2 of each moved row: half the squared distance is its own + the other's − their product. */
  readonly halves: Float32Array
}

export function pointsOf(rows: Matrix): Points {
  const { columns, data } = rows
  const mean = Float32Array.from(meanRow(rows))
  const halves = new Float32Array(rows.rows)
  for (let i = 0; i < rows.rows; i++) {
    let sum = 0
    for (let j = 0; j < columns; j++) sum += (data[i * columns + j]! - mean[j]!) ** 2
    halves[i] = sum / 2
  }
  return { rows, mean, halves }
}

/** The moved rows that are named. */
export function blockOf({ rows, mean }: Points, ids: Int32Array): Matrix {
  const { columns, data } = rows
  const block = matrix(ids.length, columns)
  for (let i = 0; i < ids.length; i++) {
    const from = ids[i]! * columns
    for (let j = 0; j < columns; j++) block.data[i * columns + j] = data[from + j]! - mean[j]!
  }
  return block
}

/** Products of 16 MB: larger ones leave the cache before they are read. */
const tileRows = 2048

export type PairTile = {
  /** Where its rows and its columns begin in the order. */
  readonly firstRow: number
  readonly firstColumn: number
  readonly products: Matrix
}

/**
 * Each pair of an order once, as products: of a row only those columns count that come after it.
 * Rows end where `rowsUntil` says; columns go on to the end.
 */
export async function* pairTiles(
  points: Points,
  { order, rowsUntil }: { readonly order: Int32Array; readonly rowsUntil: number },
  { matmul }: Multiply,
): AsyncIterable<PairTile> {
  for (let firstRow = 0; firstRow < rowsUntil; firstRow += tileRows) {
    const some = blockOf(points, order.subarray(firstRow, Math.min(firstRow + tileRows, rowsUntil)))
    for (let firstColumn = firstRow; firstColumn < order.length; firstColumn += tileRows) {
      const others = blockOf(points, order.subarray(firstColumn, firstColumn + tileRows))
      yield { firstRow, firstColumn, products: await matmul(some, others) }
    }
  }
}
