// A plane through the embeddings on which they differ most: the first two principal directions.
import { aroundPoint, dot, evenRows, meanRow, principalDirections, rowOf } from '../math/index.ts'
import type { Matrix, Tools } from '../math/index.ts'

/** Directions of so many rows, evenly drawn, are those of all within a pixel. */
const rowsMost = 4000
const turns = 30 // of 5,000 photographs no place was then off by more than 1e-4

/** Where a row lies. */
export async function principalPlane(
  rows: Matrix,
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<(row: number) => readonly [number, number]> {
  const few = evenRows(rows, rowsMost)
  const mean = meanRow(few)
  const directions = await principalDirections(aroundPoint(few, mean), { count: 2, turns, matmul })
  const [across, up] = [rowOf(directions, 0), rowOf(directions, 1)]
  const [meanAcross, meanUp] = [dot(mean, across), dot(mean, up)]
  const rounded = (x: number) => Math.round(1e4 * x) / 1e4
  return (row) => [
    rounded(productOfRow(rows, row, across) - meanAcross),
    rounded(productOfRow(rows, row, up) - meanUp),
  ]
}

/** Without a view of the row: a million of these took longer than their products. */
function productOfRow({ data, columns }: Matrix, row: number, by: Float32Array): number {
  const from = row * columns
  let sum = 0
  for (let j = 0; j < columns; j++) sum += data[from + j]! * by[j]!
  return sum
}
