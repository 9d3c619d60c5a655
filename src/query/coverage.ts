// The three choices that cover the pool, and the reach that each gives an image.
import {
  kMeans,
  meanOf,
  rowOf,
  rowsOf,
  squaredLengths,
  tiles,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import { middleOf, squaredToNearest } from './k-center.ts'
import { herd, likenessesByProducts, likenessesOf, type Herded, type Kernel } from './herding.ts'
import { bestFirst, sample } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { margin } from './scores.ts'
import { closestCall } from './words.ts'

type Asked = { readonly budget: number }

export async function maxHerding(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const { order, flock } = await herdSmoothly(pool, { budget, weights: null, places: null }, tools)
  return { order, reason: (i) => `stands for ${images(flock.get(i))} without a label` }
}

export const uHerding = (pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> =>
  uHerdingOf(pool, { budget, places: null }, tools)

/** Doubts count by their squares: between UHerding, which covers all that is a little unsure, and margin. */
export const doubtHerding = (pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> =>
  uHerdingOf(pool, { budget, places: null, power: 2 }, tools)

// On the demo from 100 to 240 labels 80.7% by three a question, 79.9% by ten, 80.0% by margin alone.
const unsurePerQuestion = 3

/** Of the closest calls, three a question, those that stand for the most: margin that asks nothing twice. */
export async function coveringMargin(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const closest = bestFirst(margin(pool.probabilities!), tools.random).subarray(0, unsurePerQuestion * budget)
  return uHerdingOf(pool, { budget, places: Array.from(closest).sort((a, b) => a - b) }, tools)
}

/** Of these places alone, but for the good of all. */
export async function uHerdingOf(
  pool: Pool,
  { budget, places, power = 1 }: Asked & Pick<Smooth, 'places'> & { readonly power?: number },
  tools: Tools,
): Promise<Ranking> {
  const weights = margin(pool.probabilities!).map((doubt) => doubt ** power)
  const { order, flock } = await herdSmoothly(pool, { budget, weights, places }, tools)
  const torn = (i: number) => closestCall(rowOf(pool.probabilities!, i), pool.classNames)
  return { order, reason: (i) => `stands for ${images(flock.get(i))}; ${torn(i)}` }
}

const images = (count = 1) => (count === 1 ? '1 image' : `${count} similar images`)

type Smooth = Asked & { readonly weights: Float32Array | null; readonly places: readonly number[] | null }

// A choice of ten need not weigh 10,000 images against 10,000, six seconds of products at 2048 numbers: of
// an even draw of 2,000 the best are as good, because whoever stands for many has many like it. Of 101
// questions on Caltech-101 ten candidates each cost 0.7 points in rounds 1 to 7, 25 hardly any.
const candidatesLeast = 2000
const candidatesPerQuestion = 25

async function herdSmoothly(pool: Pool, { budget, weights, places }: Smooth, tools: Tools): Promise<Herded> {
  const { products } = pool
  const size = pool.ids.length
  const enough = Math.max(candidatesLeast, candidatesPerQuestion * budget)
  const among = places ?? sample(enough, size, tools.random)
  const isAll = among.length === size
  const nearest = await nearestOf(pool, tools)
  const kernel = smooth(await smoothReach({ ...pool, nearest }, tools))
  const rows = pool.embeddings
  const likenesses =
    isAll && products
      ? likenessesByProducts(products, kernel)
      : await likenessesOf({ candidates: isAll ? rows! : rowsOf(rows!, among), others: rows! }, kernel, tools)
  const covered = nearest?.map(kernel) ?? new Float32Array(size)
  const { flock } = herd({ likenesses, covered, weights: weights ?? new Float32Array(size).fill(1) }, budget)
  const named = new Map([...flock].map(([i, its]) => [among[i]!, its]))
  return { order: [...named.keys()], flock: named }
}

const [steps, endless] = [4096, 16] // e to the −16 is nothing; between steps a straight line is off by 2e-6
const falling = Float64Array.from({ length: steps + 2 }, (_, i) => Math.exp((-i * endless) / steps))

/** e to the −d / reach, from a table: a hundred million of them take Math.exp two seconds. */
function smooth(reach: number): Kernel {
  const scale = steps / endless / reach
  return (squared) => {
    const at = Math.min(steps, squared * scale)
    const step = at | 0
    return falling[step]! + (at - step) * (falling[step + 1]! - falling[step]!)
  }
}

/**
 * The squared distance over which likeness falls to 1 / e: how far images are, on average, from the nearest
 * that is labelled, so that the reach shrinks as labels grow; before that, half of how far two are apart.
 */
export async function smoothReach(pool: Pool, tools: Tools): Promise<number> {
  const nearest = await nearestOf(pool, tools)
  const gap = nearest ? meanOf(nearest) : spreadOf(pool.embeddings!)
  // Where all rows are one the reach does not matter, but must be a number.
  return Math.max(gap, 1e-9)
}

/** Half of the mean squared distance of every two. */
const spreadOf = (rows: Matrix): number => meanOf(squaredLengths(rows)) - squaredLengths(middleOf(rows))[0]!

const nearestOf = async ({ nearest, embeddings, labelled }: Pool, tools: Tools) =>
  nearest ?? (labelled ? squaredToNearest(embeddings!, labelled, tools) : null)

/** A ball covers an image or does not; it is as large as it can be while it holds one kind. */
export async function probCover(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const radius = await pureRadius(rows, Math.max(2, pool.classNames.length, budget), tools)
  const within: Kernel = (squared) => (squared <= radius ? 1 : 0)
  const { order, flock } = herd(
    {
      likenesses: await likenessesOf({ candidates: rows, others: rows }, within, tools),
      weights: new Float32Array(rows.rows).fill(1),
      covered: (await nearestOf(pool, tools))?.map(within) ?? new Float32Array(rows.rows),
    },
    budget,
  )
  return { order, reason: (i) => `the only one asked about for ${images(flock.get(i))}` }
}

const probes = 1000 // a share of 95% is then known to within 1.4 points
const pureEnough = 0.95 // the paper's, of its clusters for the same want of labels

/** The largest squared radius at which 95% of all balls hold a single cluster. */
async function pureRadius(all: Matrix, clusters: number, tools: Tools): Promise<number> {
  const rows = rowsOf(all, sample(probes, all.rows, tools.random))
  const { clusterOf } = await kMeans(rows, Math.min(clusters, rows.rows), tools)
  const lengths = squaredLengths(rows)
  const stranger = new Float32Array(rows.rows).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rows, rows, tools)) {
    products.data.forEach((product, at) => {
      const a = firstQuery + Math.floor(at / products.columns)
      const b = firstRow + (at % products.columns)
      if (clusterOf[a] === clusterOf[b]) return
      stranger[a] = Math.min(stranger[a]!, lengths[a]! + lengths[b]! - 2 * product)
    })
  }
  const nearest = stranger.sort()[Math.floor(stranger.length * (1 - pureEnough))]!
  // Just short of the stranger, or everything where there is one cluster.
  return Math.max(0, nearest * (1 - 1e-4))
}
