import { matrix, type Matrix } from '../math/index.ts'
import type { Neighbours } from './nearest-lists.ts'

/** Who is near whom, both ways, as a sparse matrix: row i has the places starts[i] to starts[i + 1]. */
export type Graph = {
  readonly starts: Int32Array
  readonly to: Int32Array
  /** w(i, j) / √(Σ w(i, ·) · Σ w(j, ·)) */
  readonly weights: Float32Array
}

/** Two rows are joined when either is among the other's k nearest; w = their cosine, cubed, if positive. */
export function graphOf(near: Neighbours, rows: number): Graph {
  const lists: Map<number, number>[] = Array.from({ length: rows }, () => new Map())
  for (let i = 0; i < rows; i++) {
    for (let n = i * near.k; n < (i + 1) * near.k; n++) {
      // Of rows of length one |a − b|² = 2 − 2·cosine.
      const weight = Math.max(1e-3, 1 - near.distances[n]! ** 2 / 2) ** 3
      lists[i]!.set(near.ids[n]!, weight)
      lists[near.ids[n]!]!.set(i, weight)
    }
  }
  const degrees = lists.map((list) => [...list.values()].reduce((sum, w) => sum + w, 0))
  const starts = new Int32Array(rows + 1)
  for (const [i, list] of lists.entries()) starts[i + 1] = starts[i]! + list.size
  const to = new Int32Array(starts[rows]!)
  const weights = new Float32Array(to.length)
  for (const [i, list] of lists.entries()) {
    for (const [n, [j, w]] of [...list].entries()) {
      to[starts[i]! + n] = j
      weights[starts[i]! + n] = w / Math.sqrt(degrees[i]! * degrees[j]!)
    }
  }
  return { starts, to, weights }
}

/** α: how much a share comes from the neighbours; 0.99 of the paper assumes labels without error. */
const fromNeighbours = 0.9

/** One step of label spreading (Zhou, Bousquet, Lal, Weston and Schölkopf 2004): F ← α·S·F + (1 − α)·Y. */
export function spreadOnce(graph: Graph, shares: Matrix, first: Matrix): Matrix {
  const next = spread(graph, shares)
  for (let i = 0; i < next.data.length; i++)
    next.data[i] = fromNeighbours * next.data[i]! + (1 - fromNeighbours) * first.data[i]!
  return next
}

/** Graph · shares, [rows, classes]. Without views of the rows: these took four times as long as the sums. */
function spread({ starts, to, weights }: Graph, { rows, columns, data }: Matrix): Matrix {
  const out = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    for (let n = starts[i]!; n < starts[i + 1]!; n++) {
      const [other, weight] = [to[n]! * columns, weights[n]!]
      for (let c = 0; c < columns; c++) out.data[i * columns + c]! += weight * data[other + c]!
    }
  }
  return out
}
