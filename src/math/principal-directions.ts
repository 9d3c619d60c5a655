import { matrix, rowOf, transposed, type Matrix } from './matrix.ts'
import { sumOf } from './mean.ts'
import { randomFrom } from './random.ts'
import type { Tools } from './tools.ts'
import { addInto, dot, lengthOf, normaliseInto } from './vectors.ts'

type How = Pick<Tools, 'matmul'> & {
  readonly count: number
  /** Each tells directions apart by the fourth power of how much longer one is than the other. */
  readonly turns: number
}

/**
 * The directions in which rows differ most from zero, [count, columns], longest first, at right angles; zeros
 * where rows differ in fewer. By orthogonal iteration on Σ x xᵀ (Golub and Van Loan, 8.2.4), two products
 * a turn: the longest grow 160² times the 256th of real embeddings, which float32 still holds.
 */
export async function principalDirections(rows: Matrix, { count, turns, matmul }: How): Promise<Matrix> {
  const across = transposed(rows)
  const spread = await matmul(across, across)
  // The same start for all: what rows look like is no matter of a seed.
  const random = randomFrom(1)
  let directions = matrix(count, rows.columns)
  for (let i = 0; i < directions.data.length; i++) directions.data[i] = random.normal()
  for (let turn = 0; turn < turns; turn++) {
    directions = await matmul(await matmul(directions, spread), spread)
    orthogonaliseInto(directions, 0)
  }
  orthogonaliseInto(directions, 0.01)
  for (let i = 0; i < count; i++) faceUpInto(rowOf(directions, i))
  return directions
}

/**
 * Gram and Schmidt; once leaves float32's errors in, which the next turn, or the last, takes out. What is
 * left shorter than the least is nothing but errors: rows differ in no more directions.
 */
function orthogonaliseInto(directions: Matrix, least: number): void {
  for (let i = 0; i < directions.rows; i++) normaliseInto(rowOf(directions, i))
  for (let i = 0; i < directions.rows; i++) {
    const own = rowOf(directions, i)
    if (lengthOf(own) < least) own.fill(0)
    normaliseInto(own)
    takeOutBehind(directions, i)
  }
}

/** What rows behind row i share with it. Four at once: a sum waits for each of its terms, four wait together. */
function takeOutBehind(directions: Matrix, i: number): void {
  const { rows, columns, data } = directions
  const own = rowOf(directions, i)
  let row = i + 1
  for (; row + 4 <= rows; row += 4) {
    const p = row * columns
    const [q, r, s] = [p + columns, p + 2 * columns, p + 3 * columns]
    let [ofP, ofQ, ofR, ofS] = [0, 0, 0, 0]
    for (let j = 0; j < columns; j++) {
      const x = own[j]!
      ofP += data[p + j]! * x
      ofQ += data[q + j]! * x
      ofR += data[r + j]! * x
      ofS += data[s + j]! * x
    }
    for (let j = 0; j < columns; j++) {
      const x = own[j]!
      data[p + j]! -= ofP * x
      data[q + j]! -= ofQ * x
      data[r + j]! -= ofR * x
      data[s + j]! -= ofS * x
    }
  }
  for (; row < rows; row++) {
    const other = rowOf(directions, row)
    addInto(other, own, -dot(other, own))
  }
}

/** A direction and its opposite are as good: the one whose numbers sum to more, wherever it began. */
function faceUpInto(direction: Float32Array): void {
  if (sumOf(direction) < 0) for (let j = 0; j < direction.length; j++) direction[j]! *= -1
}
