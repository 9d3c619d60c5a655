import { assert } from '../base/index.ts'

/** Numbers in C order: row r, column c stands at r × columns + c. */
export type Matrix = {
  readonly rows: number
  readonly columns: number
  readonly data: Float32Array
}

export function matrix(
  rows: number,
  columns: number,
  data: Float32Array = new Float32Array(rows * columns),
): Matrix {
  assert(
    data.length === rows * columns,
    `a ${rows} × ${columns} matrix has ${rows * columns} numbers, not ${data.length}`,
  )
  return { rows, columns, data }
}

/** A view of one row, not a copy. */
export const rowOf = (m: Matrix, row: number): Float32Array =>
  m.data.subarray(row * m.columns, (row + 1) * m.columns)

/** A new matrix of the rows named, in that order. */
export function rowsOf(m: Matrix, rows: ArrayLike<number>): Matrix {
  const chosen = matrix(rows.length, m.columns)
  for (let i = 0; i < rows.length; i++) chosen.data.set(rowOf(m, rows[i]!), i * m.columns)
  return chosen
}

/** A view of the rows from one up to another. */
export const rowsBetween = (m: Matrix, from: number, to: number): Matrix =>
  matrix(to - from, m.columns, m.data.subarray(from * m.columns, to * m.columns))

/** The rows themselves where they are no more; else so many of them, evenly drawn. */
export function evenRows(m: Matrix, most: number): Matrix {
  if (m.rows <= most) return m
  return rowsOf(
    m,
    Int32Array.from({ length: most }, (_, i) => Math.floor((i * m.rows) / most)),
  )
}

/** One under the other. */
export function stacked(parts: readonly Matrix[]): Matrix {
  const all = matrix(
    parts.reduce((sum, { rows }) => sum + rows, 0),
    parts[0]!.columns,
  )
  let at = 0
  for (const { data } of parts) {
    all.data.set(data, at)
    at += data.length
  }
  return all
}

export function transposed(m: Matrix): Matrix {
  const turned = matrix(m.columns, m.rows)
  for (let r = 0; r < m.rows; r++) {
    for (let c = 0; c < m.columns; c++) turned.data[c * m.rows + r] = m.data[r * m.columns + c]!
  }
  return turned
}
