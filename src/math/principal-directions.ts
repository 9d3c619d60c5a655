import { matrix, rowOf, rowsBetween, transposed, type Matrix } from './matrix.ts'
import { sumOf } from './mean.ts'
import { randomFrom } from './random.ts'
import type { Tools } from './tools.ts'
import { addInto, dot, lengthOf, normaliseInto } from './vectors.ts'

type How = Pick<Tools, 'matmul'> & {
  readonly count: number
  /** Each tells directions apart by the fourth power of how much longer one is than the other. */
  readonly turns: number
}

/** Row by row within so many, and between such blocks as products: otherwise 256 take three times as long. */
const blockRows = 32
type Orthogonally = Pick<Tools, 'matmul'> & { readonly least: number }

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
    await orthogonaliseInto(directions, { least: 0, matmul })
  }
  await orthogonaliseInto(directions, { least: 0.01, matmul })
  for (let i = 0; i < count; i++) faceUpInto(rowOf(directions, i))
  return directions
}

/**
 * Gram and Schmidt; once leaves float32's errors in, which the next turn, or the last, takes out. What is
 * left shorter than the least is nothing but errors: rows differ in no more directions.
 */
async function orthogonaliseInto(directions: Matrix, { least, matmul }: Orthogonally): Promise<void> {
  const { rows } = directions
  for (let i = 0; i < rows; i++) normaliseInto(rowOf(directions, i))
  for (let first = 0; first < rows; first += blockRows) {
    const behind = Math.min(first + blockRows, rows)
    const block = rowsBetween(directions, first, behind)
    turnApartInto(block, least)
    const others = rowsBetween(directions, behind, rows)
    const shared = await matmul(await matmul(others, block), transposed(block))
    for (let i = 0; i < shared.data.length; i++) others.data[i]! -= shared.data[i]!
  }
}

function turnApartInto(block: Matrix, least: number): void {
  for (let i = 0; i < block.rows; i++) {
    const own = rowOf(block, i)
    for (let j = 0; j < i; j++) {
      const other = rowOf(block, j)
      addInto(own, other, -dot(own, other))
    }
    if (lengthOf(own) < least) own.fill(0)
    normaliseInto(own)
  }
}

/** A direction and its opposite are as good: the one whose numbers sum to more, wherever it began. */
function faceUpInto(direction: Float32Array): void {
  if (sumOf(direction) < 0) for (let j = 0; j < direction.length; j++) direction[j]! *= -1
}
