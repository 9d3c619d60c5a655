// CoreSet's greedy k-center (Sener and Savarese, 2018): always the image farthest from all chosen so far.
// No image is then farther from a chosen one than twice the best radius there is.
import {
  matrix,
  meanRow,
  placeOfLargest,
  squaredLengths,
  tiles,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import { ahead } from './ahead.ts'
import { largest } from './order.ts'
import type { Pool, Ranking } from './pool.ts'

export async function farthestFirst(
  pool: Pool,
  { budget }: { readonly budget: number },
  tools: Tools,
): Promise<Ranking> {
  const rows = pool.embeddings!
  const lengths = squaredLengths(rows)
  const far = await squaredToNearest(rows, pool.labelled, tools)
  const productsOf = ahead(rows, (some) => tools.matmul(some, rows))
  const order: number[] = []
  let next = pool.labelled ? placeOfLargest(far) : await mostCentral(rows, tools)
  while (order.length < Math.min(budget, rows.rows)) {
    const products = await productsOf(next, (count) => largest(far, count))
    far[next] = -1
    order.push(next)
    next = nearInto(far, { products, lengths, to: next })
  }
  return { order, reason: () => 'unlike every image that has a label or is asked about here' }
}

type Near = { readonly products: Float32Array; readonly lengths: Float32Array; readonly to: number }

/** |a − b|² = |a|² + |b|² − 2 a·b; gives the farthest place. Chosen ones are below 0 and stay there. */
function nearInto(far: Float32Array, { products, lengths, to }: Near): number {
  const own = lengths[to]!
  let [best, most] = [0, -Infinity]
  for (let i = 0; i < far.length; i++) {
    const gap = Math.max(0, lengths[i]! + own - 2 * products[i]!)
    if (gap < far[i]!) far[i] = gap
    if (far[i]! > most) [best, most] = [i, far[i]!]
  }
  return best
}

type Lengths = { readonly rows?: Float32Array; readonly others?: Float32Array }

/** Squared distances to the nearest of `others`; endless where there are none. Lengths are squared, too. */
export async function squaredToNearest(
  rows: Matrix,
  others: Matrix | null,
  { lengths, ...tools }: Pick<Tools, 'matmul'> & { readonly lengths?: Lengths },
): Promise<Float32Array> {
  const far = new Float32Array(rows.rows).fill(Infinity)
  if (!others) return far
  const own = lengths?.others ?? squaredLengths(others)
  const theirs = lengths?.rows ?? squaredLengths(rows)
  for await (const { firstQuery, firstRow, products } of tiles(others, rows, tools)) {
    const { columns, data } = products
    for (let at = 0, q = firstQuery; at < data.length; q++) {
      for (let row = firstRow; row < firstRow + columns; row++, at++) {
        const gap = Math.max(0, theirs[row]! + own[q]! - 2 * data[at]!)
        if (gap < far[row]!) far[row] = gap
      }
    }
  }
  return far
}

/** The row nearest to the mean of all: with nothing known the first is as plain as can be. */
async function mostCentral(rows: Matrix, tools: Tools): Promise<number> {
  const { data } = await tools.matmul(middleOf(rows), rows)
  const lengths = squaredLengths(rows)
  return placeOfLargest(data.map((product, i) => 2 * product - lengths[i]!))
}

/** The mean of all: [1, width]. */
export const middleOf = (rows: Matrix): Matrix => matrix(1, rows.columns, Float32Array.from(meanRow(rows)))
