// k-means++ (Arthur and Vassilvitskii, 2007) as a choice: each next image is drawn in proportion to its
// squared distance from those before. On embeddings as such, and on gradients (BADGE: Ash et al., 2020).
import {
  matrix,
  placeOfFirstAbove,
  placeOfLargest,
  rowOf,
  rowsOf,
  squaredLengths,
  type Random,
  type Tools,
} from '../math/index.ts'
import { squaredToNearest } from './k-center.ts'
import type { Pool, Ranking } from './pool.ts'
import { firmest } from './words.ts'

type Points = {
  readonly squared: Float32Array
  /** [places, points] of dot products. */
  readonly products: (places: readonly number[]) => Promise<Float32Array>
}
type Start = { readonly far: Float32Array; readonly first: number | null }
type Asked = { readonly budget: number }

export async function spreadByChance(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const points: Points = {
    squared: squaredLengths(rows),
    products: async (places) => (await tools.matmul(rowsOf(rows, places), rows)).data,
  }
  const far = await squaredToNearest(rows, pool.labelled, tools)
  const first = pool.labelled ? null : tools.random.below(rows.rows)
  const order = await drawnApart(points, { start: { far, first }, budget, random: tools.random })
  return { order, reason: () => 'drawn by chance, the likelier the farther from all others' }
}

/**
 * The gradient of the loss by the head's weights, were the best guess right: (p − e_best) ⊗ x.
 * Of two such gradients the product is (a · b) × (x · y): none is ever written out.
 */
export async function badge(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const errors = matrix(rows.rows, pool.probabilities!.columns, pool.probabilities!.data.slice())
  for (let i = 0; i < rows.rows; i++) {
    const error = rowOf(errors, i)
    error[placeOfLargest(error)]! -= 1
  }
  const lengths = squaredLengths(rows)
  const points: Points = {
    squared: squaredLengths(errors).map((length, i) => length * lengths[i]!),
    products: async (places) => {
      const { data } = await tools.matmul(rowsOf(rows, places), rows)
      const { data: by } = await tools.matmul(rowsOf(errors, places), errors)
      for (let i = 0; i < data.length; i++) data[i]! *= by[i]!
      return data
    },
  }
  const start = { far: new Float32Array(rows.rows).fill(Infinity), first: placeOfLargest(points.squared) }
  const order = await drawnApart(points, { start, budget, random: tools.random })
  const guess = (i: number) => firmest(rowOf(pool.probabilities!, i), pool.classNames)
  return {
    order,
    reason: (i) => `its answer would move the model in a new direction; now at best ${guess(i)}`,
  }
}

const drawsMax = 64

/**
 * Many are drawn at once by the distances of now, and each is kept with the share of its distance that is
 * left when its turn comes: the same chances as drawing one by one, and one matrix product in place of 64.
 */
async function drawnApart(
  points: Points,
  { start, budget, random }: { readonly start: Start; readonly budget: number; readonly random: Random },
): Promise<number[]> {
  const { squared } = points
  const { far, first } = start
  const order: number[] = []
  let draws = first === null ? drawsMax : 1
  while (order.length < Math.min(budget, far.length)) {
    const stale = far.slice()
    const places = order.length === 0 && first !== null ? [first] : drawnBy(stale, draws, random)
    draws = drawsMax
    if (places.length === 0) break
    const products = await points.products(places)
    for (const [i, place] of places.entries()) {
      const isKept = !(stale[place]! < Infinity) || random.next() * stale[place]! < far[place]!
      if (!isKept || order.length >= budget) continue
      order.push(place)
      nearInto(far, { products: products.subarray(i * far.length, (i + 1) * far.length), squared, to: place })
    }
  }
  return order
}

type Near = { readonly products: Float32Array; readonly squared: Float32Array; readonly to: number }

function nearInto(far: Float32Array, { products, squared, to }: Near): void {
  const own = squared[to]!
  for (let i = 0; i < far.length; i++) {
    const gap = squared[i]! + own - 2 * products[i]!
    if (gap < far[i]!) far[i] = Math.max(0, gap)
  }
  far[to] = 0
}

/** Places by weight, with replacement; none where all weigh nothing. */
function drawnBy(weights: Float32Array, count: number, random: Random): number[] {
  const sums = new Float64Array(weights.length)
  let total = 0
  for (let i = 0; i < weights.length; i++) sums[i] = total += weights[i]!
  if (!(total > 0)) return []
  // A draw may be rounded up to the total itself.
  const last = sums.length - 1
  return Array.from({ length: count }, () => Math.min(last, placeOfFirstAbove(sums, random.next() * total)))
}
