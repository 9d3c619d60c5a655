import { distance, type Matrix } from '../math/index.ts'

/** Of each row its k nearest others, nearest first. */
export type Neighbours = {
  readonly k: number
  /** [rows, k] */
  readonly ids: Int32Array
  readonly distances: Float64Array
  /** Which share of them are among the nearest, as a sample tells; null: all, for all pairs were compared. */
  readonly recall: number | null
}

/** The nearest that fast products found so far, in any order but the worst first: a heap for each row. */
export type Lists = {
  readonly k: number
  /** [rows, k]; −1: none yet */
  readonly ids: Int32Array
  /** Smaller is nearer; they compare within a row only. */
  readonly scores: Float32Array
}

export const emptyLists = (rows: number, k: number): Lists => ({
  k,
  ids: new Int32Array(rows * k).fill(-1),
  scores: new Float32Array(rows * k).fill(Infinity),
})

/** In place of the worst of the row, which it must beat; gives back what is the worst then. */
export function replaceWorst({ k, ids, scores }: Lists, row: number, { id, score }: Candidate): number {
  const first = row * k
  let at = 0
  for (let below = 1; below < k; below = 2 * at + 1) {
    if (below + 1 < k && scores[first + below + 1]! > scores[first + below]!) below++
    if (scores[first + below]! <= score) break
    scores[first + at] = scores[first + below]!
    ids[first + at] = ids[first + below]!
    at = below
  }
  scores[first + at] = score
  ids[first + at] = id
  return scores[first]!
}
type Candidate = { readonly id: number; readonly score: number }

/** The fast product rounds: more are found than asked for, then measured exactly. Ties go to the lower id. */
export function measured(rows: Matrix, lists: Lists, k: number): Neighbours {
  const ids = new Int32Array(rows.rows * k).fill(-1)
  const distances = new Float64Array(rows.rows * k).fill(Infinity)
  for (let row = 0; row < rows.rows; row++) {
    const first = row * k
    for (const id of lists.ids.subarray(row * lists.k, (row + 1) * lists.k)) {
      if (id < 0 || id === row) continue
      const far = distance(rows, row, id)
      let at = first + k
      while (at > first && isBefore(far, id, { far: distances[at - 1]!, id: ids[at - 1]! })) {
        if (at < first + k) {
          distances[at] = distances[at - 1]!
          ids[at] = ids[at - 1]!
        }
        at--
      }
      if (at === first + k) continue
      distances[at] = far
      ids[at] = id
    }
  }
  return { k, ids, distances, recall: null }
}

const isBefore = (far: number, id: number, than: { readonly far: number; readonly id: number }): boolean =>
  far < than.far || (far === than.far && id < than.id)
