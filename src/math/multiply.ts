import { assert } from '../base/index.ts'
import { matrix, type Matrix } from './matrix.ts'

/** A · Bᵀ in plain loops: for small products and as the oracle of faster ones (`Tools.matmul`). */
export function multiply(a: Matrix, b: Matrix): Matrix {
  assert(a.columns === b.columns, `A · Bᵀ needs rows of one width, not ${a.columns} and ${b.columns}`)
  const product = matrix(a.rows, b.rows)
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++) {
      let sum = 0
      for (let k = 0; k < a.columns; k++) sum += a.data[i * a.columns + k]! * b.data[j * b.columns + k]!
      product.data[i * b.rows + j] = sum
    }
  }
  return product
}
