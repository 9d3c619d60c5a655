import { distance, type Matrix, squaredLengths, tiles, type Tools } from '../math/index.ts'
import { centred } from './blocks.ts'

/** Of each row its k nearest others, nearest first. */
export type Neighbours = {
  readonly k: number
  /** [rows, k] */
  readonly ids: Int32Array
  readonly distances: Float64Array
}

/** The fast product rounds: this many more are found than asked for, then measured exactly. */
const slack = 8

/** Exact, in tiles; ties go to the lower id. */
export async function neighbours(rows: Matrix, k: number, tools: Pick<Tools, 'matmul'>): Promise<Neighbours> {
  const wanted = Math.min(k, rows.rows - 1)
  const near = centred(rows)
  const best = await nearestFew(near, Math.min(wanted + slack, rows.rows - 1), tools)
  const found = {
    k: wanted,
    ids: new Int32Array(rows.rows * wanted),
    distances: new Float64Array(rows.rows * wanted),
  }
  for (let row = 0; row < rows.rows; row++) {
    const exact = Array.from(best.idsOf(row), (id) => ({ id, far: distance(near, row, id) }))
    exact.sort((a, b) => a.far - b.far || a.id - b.id)
    for (let i = 0; i < wanted; i++) {
      found.ids[row * wanted + i] = exact[i]!.id
      found.distances[row * wanted + i] = exact[i]!.far
    }
  }
  return found
}

type Best = { readonly idsOf: (row: number) => Int32Array }

async function nearestFew(rows: Matrix, k: number, tools: Pick<Tools, 'matmul'>): Promise<Best> {
  const lengths = squaredLengths(rows)
  const ids = new Int32Array(rows.rows * k).fill(-1)
  const scores = new Float32Array(rows.rows * k).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rows, rows, tools)) {
    const { data, columns } = products
    for (let q = 0; q < products.rows; q++) {
      const row = firstQuery + q
      const from = q * columns
      let worst = scores[row * k + k - 1]!
      for (let c = 0; c < columns; c++) {
        // |a − b|² without |a|², which is the same for all of a row.
        const score = lengths[firstRow + c]! - 2 * data[from + c]!
        if (score >= worst || firstRow + c === row) continue
        insertInto(ids, scores, { first: row * k, k, id: firstRow + c, score })
        worst = scores[row * k + k - 1]!
      }
    }
  }
  return { idsOf: (row) => ids.subarray(row * k, (row + 1) * k) }
}

type Place = { readonly first: number; readonly k: number; readonly id: number; readonly score: number }

function insertInto(ids: Int32Array, scores: Float32Array, { first, k, id, score }: Place): void {
  let at = first + k - 1
  while (at > first && scores[at - 1]! > score) {
    scores[at] = scores[at - 1]!
    ids[at] = ids[at - 1]!
    at--
  }
  scores[at] = score
  ids[at] = id
}
