import { assert } from '../base/index.ts'
import { matrix, rowOf, rowsOf, type Matrix } from './matrix.ts'
import type { Tools } from './tools.ts'

export type Clustering = {
  readonly clusters: number
  /** The cluster of each row. */
  readonly clusterOf: Int32Array
  readonly centres: Matrix
}

const roundsMax = 20 // assignments of embeddings hardly move after 10; a bound against cycling ties
const seedRows = 2000 // k-means++ reads all its rows once a cluster; among 2,000 that is milliseconds

/** Lloyd's k-means from k-means++ seeds (Arthur and Vassilvitskii, 2007). */
export async function kMeans(rows: Matrix, clusters: number, tools: Tools): Promise<Clustering> {
  assert(
    clusters >= 1 && clusters <= rows.rows,
    `there are 1 to ${rows.rows} clusters of ${rows.rows} rows, not ${clusters}`,
  )
  let centres = await seeds(rows, clusters, tools)
  let clusterOf = new Int32Array(rows.rows).fill(-1)
  for (let round = 0; round < roundsMax; round++) {
    const next = await nearest(rows, centres, tools)
    if (next.every((cluster, row) => cluster === clusterOf[row])) break
    clusterOf = next
    centres = means(rows, clusterOf, centres)
  }
  return { clusters, clusterOf, centres }
}

/** Each next seed is drawn in proportion to its squared distance from the seeds before. */
async function seeds(rows: Matrix, clusters: number, tools: Tools): Promise<Matrix> {
  const { random } = tools
  const pool =
    rows.rows > seedRows ? rowsOf(rows, drawn(rows.rows, Math.max(seedRows, 4 * clusters), tools)) : rows
  const norms = squaredNorms(pool)
  const chosen = [random.below(pool.rows)]
  const distances = new Float64Array(pool.rows).fill(Infinity)
  while (chosen.length < clusters) {
    const last = chosen.at(-1)!
    const products = await tools.matmul(pool, rowsOf(pool, [last]))
    for (let i = 0; i < pool.rows; i++) {
      const distance = Math.max(0, norms[i]! + norms[last]! - 2 * products.data[i]!)
      distances[i] = Math.min(distances[i]!, i === last ? 0 : distance)
    }
    chosen.push(drawnBy(distances, random))
  }
  return rowsOf(pool, chosen)
}

/** Distinct indices below `of`, without a list of all of them being shuffled to its end. */
function drawn(of: number, count: number, { random }: Tools): Int32Array {
  const indices = Int32Array.from({ length: of }, (_, i) => i)
  for (let i = 0; i < Math.min(count, of); i++) {
    const j = i + random.below(of - i)
    const kept = indices[i]!
    indices[i] = indices[j]!
    indices[j] = kept
  }
  return indices.subarray(0, count)
}

function drawnBy(weights: Float64Array, random: Tools['random']): number {
  const total = weights.reduce((sum, w) => sum + w, 0)
  // All rows equal one of the seeds: any row is as good as any other.
  if (total <= 0) return random.below(weights.length)
  let left = random.next() * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.findLastIndex((w) => w > 0)
}

const squaredNorms = (m: Matrix): Float64Array =>
  Float64Array.from({ length: m.rows }, (_, i) => rowOf(m, i).reduce((sum, x) => sum + x * x, 0))

/** |x − c|² = |x|² + |c|² − 2 x·c, and |x|² is the same for every c. */
async function nearest(rows: Matrix, centres: Matrix, tools: Tools): Promise<Int32Array<ArrayBuffer>> {
  const products = await tools.matmul(rows, centres)
  const norms = squaredNorms(centres)
  return Int32Array.from({ length: rows.rows }, (_, row) => {
    const near = rowOf(products, row)
    let best = 0
    for (let c = 1; c < near.length; c++) {
      if (norms[c]! - 2 * near[c]! < norms[best]! - 2 * near[best]!) best = c
    }
    return best
  })
}

/** A cluster that lost all its rows keeps its centre. */
function means(rows: Matrix, clusterOf: Int32Array, before: Matrix): Matrix {
  const centres = matrix(before.rows, before.columns)
  const sizes = new Int32Array(before.rows)
  for (let row = 0; row < rows.rows; row++) {
    const centre = rowOf(centres, clusterOf[row]!)
    const values = rowOf(rows, row)
    for (let j = 0; j < values.length; j++) centre[j] = centre[j]! + values[j]!
    sizes[clusterOf[row]!]!++
  }
  for (let c = 0; c < centres.rows; c++) {
    const centre = rowOf(centres, c)
    if (sizes[c] === 0) centre.set(rowOf(before, c))
    else for (let j = 0; j < centre.length; j++) centre[j] = centre[j]! / sizes[c]!
  }
  return centres
}
