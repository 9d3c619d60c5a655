// How much of the pool the labelled images stand for, and how much they repeat one another.
import { meanOf, squaredLengths, sumOf, tiles, type Matrix, type Tools } from '../math/index.ts'
import { quantile } from './bootstrap.ts'

export type Diversity = {
  /** The distance from the image farthest from all labelled ones to the nearest of them; null without any. */
  readonly radius: number | null
  /** The same distance, of nineteen images in twenty and on average. */
  readonly radius95: number | null
  readonly meanDistance: number | null
  /** Of the classes among the labels: 1 when all occur equally often, 0 when one does. */
  readonly entropy: number
  /** The mean cosine of a labelled image with its nearest other: 1 when each has a copy. */
  readonly redundancy: number | null
}

type Of = {
  readonly pool: Matrix
  readonly labelled: Matrix
  /** How many labels each class of the project has. */
  readonly counts: readonly number[]
}

export async function diversity(
  { pool, labelled, counts }: Of,
  tools: Pick<Tools, 'matmul'>,
): Promise<Diversity> {
  const entropy = classEntropy(counts)
  if (labelled.rows === 0 || pool.rows === 0) {
    return { radius: null, radius95: null, meanDistance: null, entropy, redundancy: null }
  }
  const distances = (await distancesToNearest(pool, labelled, tools)).sort()
  return {
    radius: distances.at(-1)!,
    radius95: quantile(distances, 0.95),
    meanDistance: meanOf(distances),
    entropy,
    redundancy: await redundancyOf(labelled, tools),
  }
}

/** Σ p · log(1 / p), over the logarithm of how many classes there are. */
export function classEntropy(counts: readonly number[]): number {
  const total = sumOf(counts)
  if (total === 0 || counts.length < 2) return 0
  const sum = counts.reduce((all, n) => (n === 0 ? all : all - (n / total) * Math.log(n / total)), 0)
  return sum / Math.log(counts.length)
}

/** ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b, the products a tile at a time. */
async function distancesToNearest(
  queries: Matrix,
  rows: Matrix,
  tools: Pick<Tools, 'matmul'>,
): Promise<Float64Array> {
  const [ofQueries, ofRows] = [squaredLengths(queries), squaredLengths(rows)]
  const nearest = new Float64Array(queries.rows).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(queries, rows, tools)) {
    for (let q = 0; q < products.rows; q++) {
      let least = nearest[firstQuery + q]!
      for (let r = 0; r < products.columns; r++) {
        const squared = ofRows[firstRow + r]! - 2 * products.data[q * products.columns + r]!
        least = Math.min(least, squared)
      }
      nearest[firstQuery + q] = least
    }
  }
  return nearest.map((least, q) => Math.sqrt(Math.max(0, ofQueries[q]! + least)))
}

async function redundancyOf(rows: Matrix, tools: Pick<Tools, 'matmul'>): Promise<number | null> {
  if (rows.rows < 2) return null
  const lengths = squaredLengths(rows).map((squared) => Math.sqrt(squared) || 1)
  const best = new Float64Array(rows.rows).fill(-1)
  for await (const { firstQuery, firstRow, products } of tiles(rows, rows, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const a = firstQuery + q
      for (let r = 0; r < products.columns; r++) {
        const b = firstRow + r
        if (a === b) continue
        const cosine = products.data[q * products.columns + r]! / (lengths[a]! * lengths[b]!)
        if (cosine > best[a]!) best[a] = cosine
      }
    }
  }
  return Math.min(1, meanOf(best))
}
