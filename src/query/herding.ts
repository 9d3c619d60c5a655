// The images that stand for the most of the others: each image is stood for by its most similar chosen one,
// by a kernel of their distance, and the sum over all is what a choice adds to (a greedy choice is within 63%
// of the best; Nemhauser et al., 1978). MaxHerding with a smooth kernel (Bae et al., 2024), UHerding where
// unsure images count more (Bae et al., 2025), ProbCover with a ball (Yehuda et al., 2022).
import { placeOfLargest, squaredLengths, tiles, type Matrix, type Tools } from '../math/index.ts'

export type Crowd = {
  readonly candidates: Matrix
  /** Who is to be stood for, and how much each counts. */
  readonly others: Matrix
  readonly weights: Float32Array
  readonly labelled: Matrix | null
  /** The squared distance of each of the others to the nearest labelled one, where it is known. */
  readonly nearest?: Float32Array | null
  /** The product of every two candidates, where they are known and are the others, too. */
  readonly products?: Matrix | null
  /** Similarity, from 0 to 1, of a squared distance. */
  readonly kernel: (squaredDistance: number) => number
}
export type Herded = {
  readonly order: readonly number[]
  /** For each, of how many others it is the most similar one so far. */
  readonly flock: ReadonlyMap<number, number>
}

export async function herd(crowd: Crowd, budget: number, tools: Pick<Tools, 'matmul'>): Promise<Herded> {
  const covered = await coveredBy(crowd, tools)
  const { similar, gains } = await similarities(crowd, covered, tools)
  const flock = new Map<number, number>()
  while (flock.size < Math.min(budget, crowd.candidates.rows)) {
    const next = placeOfLargest(gains)
    if (!(gains[next]! > leastGain)) break
    const likeness = likenessOf(crowd, similar, next)
    flock.set(next, coverInto(covered, { crowd, similar, likeness, gains }))
    gains[next] = -Infinity
  }
  return { order: [...flock.keys()], flock }
}

const leastGain = 1e-9 // what is left by rounding once everything is covered

/** Of one candidate with all others; a square of likenesses is the same by row and by column. */
function likenessOf({ candidates, others }: Crowd, similar: Float32Array, candidate: number): Float32Array {
  const size = candidates.rows
  if (candidates === others) return similar.subarray(candidate * size, (candidate + 1) * size)
  return Float32Array.from({ length: others.rows }, (_, i) => similar[i * size + candidate]!)
}

type Cover = {
  readonly crowd: Crowd
  readonly similar: Float32Array
  readonly likeness: Float32Array
  readonly gains: Float64Array
}

/**
 * What an image adds changes only by those that the chosen one stands for from now on. They are few after the
 * first choices: 1,000 of 10,000 look at as many numbers as 15 whole rounds would, where a heap of old gains
 * (lazy greedy) looked at 800 rows a choice.
 */
function coverInto(covered: Float32Array, { crowd, similar, likeness, gains }: Cover): number {
  const size = gains.length
  let flock = 0
  for (let other = 0; other < covered.length; other++) {
    const [before, after] = [covered[other]!, likeness[other]!]
    if (after <= before) continue
    flock++
    covered[other] = after
    const weight = crowd.weights[other]!
    const from = other * size
    for (let i = 0; i < size; i++) {
      const its = similar[from + i]!
      if (its > before) gains[i]! -= weight * ((its < after ? its : after) - before)
    }
  }
  return flock
}

async function coveredBy(
  { others, labelled, nearest, kernel }: Crowd,
  tools: Pick<Tools, 'matmul'>,
): Promise<Float32Array> {
  if (nearest) return nearest.map(kernel)
  const covered = new Float32Array(others.rows)
  if (!labelled) return covered
  for await (const { column, squared } of distances(labelled, others, tools)) {
    squared.forEach((d, i) => (covered[column + i] = Math.max(covered[column + i]!, kernel(d))))
  }
  return covered
}

/** [others, candidates]: at 10,000 each they are 400 MB; of more a sample is drawn before. */
async function similarities(crowd: Crowd, covered: Float32Array, tools: Pick<Tools, 'matmul'>) {
  const { candidates, others, weights, products, kernel } = crowd
  const similar = new Float32Array(others.rows * candidates.rows)
  const gains = new Float64Array(candidates.rows)
  const all = products ? distancesOf(products) : distances(others, candidates, tools)
  for await (const { row, column, squared } of all) {
    const at = row * candidates.rows + column
    const [before, weight] = [covered[row]!, weights[row]!]
    for (let i = 0; i < squared.length; i++) {
      const likeness = kernel(squared[i]!)
      similar[at + i] = likeness
      if (likeness > before) gains[column + i]! += weight * (likeness - before)
    }
  }
  return { similar, gains }
}

/** |a − b|² of row `row` of a and the rows of b from `column` on; the array is used again for the next. */
async function* distances(a: Matrix, b: Matrix, tools: Pick<Tools, 'matmul'>) {
  const ofA = squaredLengths(a)
  const ofB = a === b ? ofA : squaredLengths(b)
  for await (const { firstQuery, firstRow, products } of tiles(a, b, tools)) {
    const { columns, data } = products
    for (let q = 0; q < products.rows; q++) {
      const squared = data.subarray(q * columns, (q + 1) * columns)
      const own = ofA[firstQuery + q]!
      for (let i = 0; i < columns; i++) squared[i] = Math.max(0, own + ofB[firstRow + i]! - 2 * squared[i]!)
      yield { row: firstQuery + q, column: firstRow, squared }
    }
  }
}

/** The same of every two rows, by their products. */
function* distancesOf({ columns, data }: Matrix) {
  const squared = new Float32Array(columns)
  const lengthOf = (row: number) => data[row * (columns + 1)]!
  for (let row = 0; row < columns; row++) {
    for (let i = 0; i < columns; i++) {
      squared[i] = Math.max(0, lengthOf(row) + lengthOf(i) - 2 * data[row * columns + i]!)
    }
    yield { row, column: 0, squared }
  }
}
