import { assert } from '../base/index.ts'
import { matrix, rowOf, rowsOf, type Matrix } from './matrix.ts'
import { sumOf } from './mean.ts'
import { squaredLengths, tiles } from './tiles.ts'
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
export const kMeans = (rows: Matrix, clusters: number, tools: Tools): Promise<Clustering> =>
  weightedKMeans(rows, { clusters, weights: null }, tools)

/** Rows pull at their centre, and are drawn as seeds, by their weights. */
export async function weightedKMeans(
  rows: Matrix,
  { clusters, weights }: { readonly clusters: number; readonly weights: Float32Array | null },
  tools: Tools,
): Promise<Clustering> {
  assert(
    clusters >= 1 && clusters <= rows.rows,
    `there are 1 to ${rows.rows} clusters of ${rows.rows} rows, not ${clusters}`,
  )
  let centres = await seeds(rows, { clusters, weights }, tools)
  let clusterOf = new Int32Array(rows.rows).fill(-1)
  for (let round = 0; round < roundsMax; round++) {
    const next = await nearest(rows, centres, tools)
    if (next.every((cluster, row) => cluster === clusterOf[row])) break
    clusterOf = next
    centres = means(rows, { clusterOf, weights }, centres)
  }
  return { clusters, clusterOf, centres }
}

/** Each next seed is drawn in proportion to its weight × squared distance from the seeds before. */
async function seeds(
  rows: Matrix,
  { clusters, weights }: { readonly clusters: number; readonly weights: Float32Array | null },
  tools: Tools,
): Promise<Matrix> {
  const { random } = tools
  const some = rows.rows > seedRows ? drawn(rows.rows, Math.max(seedRows, 4 * clusters), tools) : null
  const pool = some ? rowsOf(rows, some) : rows
  const norms = squaredLengths(pool)
  const weightOf = (i: number) => weights?.[some?.[i] ?? i] ?? 1
  const chosen = [
    weights
      ? drawnBy(
          Float64Array.from(norms, (_, i) => weightOf(i)),
          random,
        )
      : random.below(pool.rows),
  ]
  const distances = new Float64Array(pool.rows).fill(Infinity)
  while (chosen.length < clusters) {
    const last = chosen.at(-1)!
    const products = await tools.matmul(pool, rowsOf(pool, [last]))
    for (let i = 0; i < pool.rows; i++) {
      const distance = Math.max(0, norms[i]! + norms[last]! - 2 * products.data[i]!) * weightOf(i)
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
  const total = sumOf(weights)
  // All rows equal one of the seeds: any row is as good as any other.
  if (total <= 0) return random.below(weights.length)
  let left = random.next() * total
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i]!
    if (left < 0) return i
  }
  return weights.findLastIndex((w) => w > 0)
}

/** |x − c|² = |x|² + |c|² − 2 x·c, and |x|² is the same for every c. */
async function nearest(rows: Matrix, centres: Matrix, tools: Tools): Promise<Int32Array<ArrayBuffer>> {
  const norms = squaredLengths(centres)
  const found = new Int32Array(rows.rows)
  const least = new Float32Array(rows.rows).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rows, centres, tools)) {
    const { columns, data } = products
    for (let i = 0; i < products.rows; i++) {
      let [best, at] = [least[firstQuery + i]!, -1]
      for (let c = 0, p = i * columns; c < columns; c++, p++) {
        const far = norms[firstRow + c]! - 2 * data[p]!
        if (far < best) [best, at] = [far, c]
      }
      if (at < 0) continue
      least[firstQuery + i] = best
      found[firstQuery + i] = firstRow + at
    }
  }
  return found
}

type Sharing = { readonly clusterOf: Int32Array; readonly weights: Float32Array | null }

/** A cluster that lost all its rows keeps its centre. */
function means(rows: Matrix, { clusterOf, weights }: Sharing, before: Matrix): Matrix {
  const centres = matrix(before.rows, before.columns)
  const { data, columns } = centres
  const sizes = new Float64Array(before.rows)
  for (let row = 0; row < rows.rows; row++) {
    const weight = weights ? weights[row]! : 1
    const to = clusterOf[row]! * columns
    const from = row * columns
    for (let j = 0; j < columns; j++) data[to + j]! += weight * rows.data[from + j]!
    sizes[clusterOf[row]!]! += weight
  }
  for (let c = 0; c < centres.rows; c++) {
    const centre = rowOf(centres, c)
    if (!(sizes[c]! > 0)) centre.set(rowOf(before, c))
    else for (let j = 0; j < columns; j++) centre[j] = centre[j]! / sizes[c]!
  }
  return centres
}
