import { matrix, type Matrix } from './matrix.ts'

export function sumOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum
}

/** NaN of none. */
export const meanOf = (values: ArrayLike<number>): number => sumOf(values) / values.length

/** The mean of all rows, each by its weight; all alike where no weights are given. */
export function meanRow({ rows, columns, data }: Matrix, weights?: ArrayLike<number>): Float64Array {
  const found = new Float64Array(columns)
  let all = 0
  for (let i = 0, at = 0; i < rows; i++) {
    const weight = weights ? weights[i]! : 1
    for (let j = 0; j < columns; j++, at++) found[j]! += weight * data[at]!
    all += weight
  }
  return all > 0 ? found.map((sum) => sum / all) : found
}

/** Rows as they are seen from a point. */
export function aroundPoint({ rows, columns, data }: Matrix, point: ArrayLike<number>): Matrix {
  const moved = matrix(rows, columns)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++, at++) moved.data[at] = data[at]! - point[j]!
  }
  return moved
}

export const aroundMean = (rows: Matrix): Matrix => aroundPoint(rows, meanRow(rows))
