import { lengthOf, matrix, normaliseInto, rowOf, sumOf, type Matrix } from '../math/index.ts'

/** Rows of length one; the same matrix where they are so already. A row of zeros stays. */
export function unit(rows: Matrix): Matrix {
  let isUnit = true
  for (let i = 0; i < rows.rows && isUnit; i++) isUnit = Math.abs(lengthOf(rowOf(rows, i)) - 1) < 1e-4
  if (isUnit) return rows
  const scaled = matrix(rows.rows, rows.columns, rows.data.slice())
  for (let i = 0; i < rows.rows; i++) normaliseInto(rowOf(scaled, i))
  return scaled
}

/** exp(xᵢ/τ) / Σ exp(xⱼ/τ), shifted by the largest so that nothing overflows. */
export function softmaxInto(row: Float32Array, temperature: number): void {
  let most = -Infinity
  for (let i = 0; i < row.length; i++) most = Math.max(most, row[i]!)
  let sum = 0
  for (let i = 0; i < row.length; i++) {
    row[i] = Math.exp((row[i]! - most) / temperature)
    sum += row[i]!
  }
  for (let i = 0; i < row.length; i++) row[i]! /= sum
}

/** Root mean square of what each number differs from the mean of its row; 1 where nothing differs. */
export function deviationOf(scores: Matrix): number {
  let sum = 0
  for (let i = 0; i < scores.rows; i++) {
    const row = rowOf(scores, i)
    let [total, squares] = [0, 0]
    for (let c = 0; c < row.length; c++) {
      total += row[c]!
      squares += row[c]! * row[c]!
    }
    sum += Math.max(0, squares - (total * total) / row.length)
  }
  const deviation = Math.sqrt(sum / Math.max(1, scores.data.length))
  return deviation > 1e-6 ? deviation : 1
}

/** Each row divided by its sum, so that it sums to one; zeros stay. */
export function sumToOneInto(shares: Matrix): Matrix {
  for (let i = 0; i < shares.rows; i++) {
    const row = rowOf(shares, i)
    const sum = sumOf(row)
    if (sum > 0) for (let c = 0; c < row.length; c++) row[c]! /= sum
  }
  return shares
}
