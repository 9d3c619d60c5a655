import type { Matrix } from './matrix.ts'
import type { Random } from './random.ts'

/** The part of the world that computing rooms are handed: chance and a fast A · Bᵀ. */
export type Tools = {
  readonly random: Random
  readonly matmul: (a: Matrix, b: Matrix) => Promise<Matrix>
}
