import {
  kMeans,
  matrix,
  rowOf,
  rowsBetween,
  rowsOf,
  squaredLengths,
  tiles,
  type Matrix,
  type Tools,
} from '../math/index.ts'

/** Rows that seed the centres by k-means proper: more hardly move them, and all must be in one product. */
const seedRows = 20_000
const batchRows = 8192
const passes = 2
const rowsAtOnce = 65_536

/** k-means for more rows than one product can hold: each batch pulls its centres a little (Sculley 2010). */
export async function miniBatchKMeans(rows: Matrix, clusters: number, tools: Tools): Promise<Int32Array> {
  const drawn = Int32Array.from({ length: Math.min(seedRows, rows.rows) }, () =>
    tools.random.below(rows.rows),
  )
  const { centres } = await kMeans(rowsOf(rows, drawn), Math.min(clusters, drawn.length), tools)
  const counts = new Float64Array(clusters)
  const batches = Math.ceil((passes * rows.rows) / batchRows)
  for (let b = 0; b < batches; b++) {
    const some = rowsOf(
      rows,
      Int32Array.from({ length: batchRows }, () => tools.random.below(rows.rows)),
    )
    const nearest = await nearestCentre(some, centres, tools)
    for (let i = 0; i < some.rows; i++)
      pullInto(centres, counts, { to: rowOf(some, i), cluster: nearest[i]! })
  }
  const clusterOf = new Int32Array(rows.rows)
  for (let from = 0; from < rows.rows; from += rowsAtOnce) {
    const to = Math.min(from + rowsAtOnce, rows.rows)
    clusterOf.set(await nearestCentre(rowsBetween(rows, from, to), centres, tools), from)
  }
  return clusterOf
}

type Pull = { readonly to: Float32Array; readonly cluster: number }

/** A centre is the mean of all it was ever given. */
function pullInto(centres: Matrix, counts: Float64Array, { to, cluster }: Pull): void {
  const share = 1 / ++counts[cluster]!
  const centre = rowOf(centres, cluster)
  for (let j = 0; j < centre.length; j++) centre[j]! += share * (to[j]! - centre[j]!)
}

/** |x − c|² without |x|², which is the same for all of a row. */
export async function nearestCentre(
  rows: Matrix,
  centres: Matrix,
  tools: Pick<Tools, 'matmul'>,
): Promise<Int32Array> {
  const lengths = squaredLengths(centres)
  const best = new Int32Array(rows.rows)
  const far = new Float32Array(rows.rows).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rows, centres, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const own = rowOf(products, q)
      for (let c = 0; c < own.length; c++) {
        const apart = lengths[firstRow + c]! - 2 * own[c]!
        if (apart >= far[firstQuery + q]!) continue
        far[firstQuery + q] = apart
        best[firstQuery + q] = firstRow + c
      }
    }
  }
  return best
}

/** Mean rows of clusters, and their sizes. */
export function centresOf(
  rows: Matrix,
  clusterOf: Int32Array,
  clusters: number,
): { readonly centres: Matrix; readonly sizes: Float64Array } {
  const centres = matrix(clusters, rows.columns)
  const sizes = new Float64Array(clusters)
  for (const [i, cluster] of clusterOf.entries()) pullInto(centres, sizes, { to: rowOf(rows, i), cluster })
  return { centres, sizes }
}
