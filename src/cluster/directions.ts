// Rows along the directions in which they differ most, the long ones shortened: examples then reach further.
import { matrix, randomFrom, rowOf, rowsOf, type Matrix, type Tools } from '../math/index.ts'
import { normaliseInto, transposed } from './rows.ts'

type Matmul = Pick<Tools, 'matmul'>

const directionsMost = 128
/** The power of the variance that numbers are divided by: with a half all directions would weigh alike. */
const whitened = 0.25
const turns = 12
const sampleRows = 8192

/** Of rows around their mean; of length one again. As they are where they are few, or no wider than that. */
export async function alongDirections(rows: Matrix, { matmul }: Matmul): Promise<Matrix> {
  if (Math.min(rows.rows, rows.columns) <= directionsMost) return rows
  const directions = await directionsOf(rows, { matmul })
  const along = await matmul(rows, directions)
  const variances = new Float64Array(along.columns)
  for (const [i, x] of along.data.entries()) variances[i % along.columns]! += (x * x) / along.rows
  const most = variances.reduce((a, b) => Math.max(a, b), 1e-30)
  const weights = variances.map((variance) => Math.max(variance / most, 1e-9) ** -whitened)
  for (let i = 0; i < along.data.length; i++) along.data[i]! *= weights[i % weights.length]!
  for (let i = 0; i < along.rows; i++) normaliseInto(rowOf(along, i))
  return along
}

/** By orthogonal iteration on Σ x xᵀ; a few turns suffice, for only what is long has to be told apart. */
async function directionsOf(rows: Matrix, { matmul }: Matmul): Promise<Matrix> {
  const few = Math.min(rows.rows, sampleRows)
  const drawn = Int32Array.from({ length: few }, (_, i) => Math.floor((i * rows.rows) / few))
  const across = transposed(few < rows.rows ? rowsOf(rows, drawn) : rows)
  const spread = await matmul(across, across)
  const random = randomFrom(1)
  let directions = matrix(directionsMost, rows.columns)
  for (let i = 0; i < directions.data.length; i++) directions.data[i] = random.normal()
  orthogonaliseInto(directions)
  for (let turn = 0; turn < turns; turn++) {
    directions = await matmul(directions, spread)
    orthogonaliseInto(directions)
  }
  return directions
}

/** Gram and Schmidt, twice: once leaves float32's errors in. */
function orthogonaliseInto(directions: Matrix): void {
  for (let i = 0; i < directions.rows; i++) {
    const own = rowOf(directions, i)
    normaliseInto(own)
    for (let j = 0; j < 2 * i; j++) {
      const other = rowOf(directions, j % i)
      let along = 0
      for (let at = 0; at < own.length; at++) along += own[at]! * other[at]!
      for (let at = 0; at < own.length; at++) own[at]! -= along * other[at]!
    }
    normaliseInto(own)
  }
}
