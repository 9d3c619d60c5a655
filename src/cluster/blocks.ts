import { matrix, type Matrix } from '../math/index.ts'

/** Rows moved so that their mean is zero: distances stay, and |a|² + |b|² − 2ab loses fewer digits. */
export function centred(rows: Matrix): Matrix {
  const { columns } = rows
  const mean = new Float64Array(columns)
  for (let i = 0; i < rows.data.length; i++) mean[i % columns]! += rows.data[i]! / rows.rows
  return matrix(
    rows.rows,
    columns,
    rows.data.map((x, i) => x - mean[i % columns]!),
  )
}
