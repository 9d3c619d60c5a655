// The images that stand for the most of the others: each image is stood for by its most similar chosen one,
// by a kernel of their distance, and the sum over all is what a choice adds to (a greedy choice is within 63%
// of the best; Nemhauser et al., 1978). MaxHerding with a smooth kernel (Bae et al., 2024), UHerding where
// unsure images count more (Bae et al., 2025), ProbCover with a ball (Yehuda et al., 2022).
import { placeOfLargest, squaredLengths, tiles, type Matrix, type Tools } from '../math/index.ts'
import type { Products } from './pool.ts'

export type Crowd = {
  readonly likenesses: Likenesses
  /** How much each of the others counts. */
  readonly weights: Float32Array
  /** How well each is stood for already. */
  readonly covered: Float32Array
}
/** How alike candidates and those to be stood for are, from 0 to 1. */
export type Likenesses = {
  readonly candidates: number
  readonly others: number
  /** What each candidate would add: Σ weight · (likeness − covered), where it is above 0. */
  gains(o: Pick<Crowd, 'weights' | 'covered'>): Float64Array
  /** Of one of the others with all candidates. */
  ofOther(other: number): Float32Array
  /** Of one candidate with all others. */
  ofCandidate(candidate: number): Float32Array
}
/** Likeness of a squared distance. */
export type Kernel = (squaredDistance: number) => number

export type Herded = {
  readonly order: readonly number[]
  /** For each, of how many others it is the most similar one so far. */
  readonly flock: ReadonlyMap<number, number>
}

export function herd({ likenesses, weights, covered: before }: Crowd, budget: number): Herded {
  const covered = before.slice()
  const gains = likenesses.gains({ weights, covered })
  const count = Math.min(budget, likenesses.candidates)
  const flock = new Map<number, number>()
  while (flock.size < count) {
    const next = placeOfLargest(gains)
    if (!(gains[next]! > leastGain)) break
    const isLast = flock.size + 1 === count
    flock.set(next, coverInto(covered, { next, likenesses, weights, gains: isLast ? null : gains }))
    gains[next] = -Infinity
  }
  return { order: [...flock.keys()], flock }
}

const leastGain = 1e-9 // what is left by rounding once everything is covered

type Cover = Pick<Crowd, 'likenesses' | 'weights'> & {
  readonly next: number
  /** None where nothing is chosen any more. */
  readonly gains: Float64Array | null
}

/**
 * What an image adds changes only by those that the chosen one stands for from now on. They are few after the
 * first choices: 1,000 of 10,000 look at as many numbers as 15 whole rounds would, where a heap of old gains
 * (lazy greedy) looked at 800 rows a choice.
 */
function coverInto(covered: Float32Array, { next, likenesses, weights, gains }: Cover): number {
  const likeness = likenesses.ofCandidate(next)
  let flock = 0
  for (let other = 0; other < covered.length; other++) {
    const [before, after] = [covered[other]!, likeness[other]!]
    if (after <= before) continue
    flock++
    covered[other] = after
    if (!gains) continue
    const [weight, similar] = [weights[other]!, likenesses.ofOther(other)]
    for (let i = 0; i < gains.length; i++) {
      const its = similar[i]!
      if (its > before) gains[i]! -= weight * ((its < after ? its : after) - before)
    }
  }
  return flock
}

/** All at once, [others, candidates]: at 10,000 each they are 400 MB; of more a sample is drawn before. */
export async function likenessesOf(
  { candidates, others }: { readonly candidates: Matrix; readonly others: Matrix },
  kernel: Kernel,
  tools: Pick<Tools, 'matmul'>,
): Promise<Likenesses> {
  const size = candidates.rows
  const similar = new Float32Array(others.rows * size)
  for await (const { row, column, squared } of distances(others, candidates, tools)) {
    const at = row * size + column
    for (let i = 0; i < squared.length; i++) similar[at + i] = kernel(squared[i]!)
  }
  const ofOther = (other: number) => similar.subarray(other * size, (other + 1) * size)
  // A square of likenesses is the same by row and by column.
  const isSquare = candidates === others
  return {
    candidates: size,
    others: others.rows,
    ofOther,
    ofCandidate: (candidate) =>
      isSquare
        ? ofOther(candidate)
        : Float32Array.from({ length: others.rows }, (_, i) => similar[i * size + candidate]!),
    gains: ({ weights, covered }) => {
      const gains = new Float64Array(size)
      for (let row = 0, at = 0; row < others.rows; row++) {
        const [before, weight] = [covered[row]!, weights[row]!]
        for (let i = 0; i < size; i++, at++) {
          if (similar[at]! > before) gains[i]! += weight * (similar[at]! - before)
        }
      }
      return gains
    },
  }
}

/**
 * Of images with one another, by their products; nothing is kept, and each pair is looked at once: one of 800
 * images is chosen in 4 ms instead of 13.
 */
export function likenessesByProducts(products: Products, kernel: Kernel): Likenesses {
  const { size, lengths } = products
  const row = new Float32Array(size)
  const of = (image: number) => {
    products.rowInto(row, image)
    const likeness = new Float32Array(size)
    for (let i = 0; i < size; i++) {
      likeness[i] = kernel(Math.max(0, lengths[image]! + lengths[i]! - 2 * row[i]!))
    }
    return likeness
  }
  return {
    candidates: size,
    others: size,
    ofOther: of,
    ofCandidate: of,
    gains: ({ weights, covered }) => {
      const gains = new Float64Array(size)
      for (let a = 0; a < size; a++) {
        products.rowInto(row.subarray(0, a + 1), a)
        const [own, before, weight] = [lengths[a]!, covered[a]!, weights[a]!]
        for (let b = 0; b <= a; b++) {
          const likeness = kernel(Math.max(0, own + lengths[b]! - 2 * row[b]!))
          if (likeness > before) gains[b]! += weight * (likeness - before)
          if (b < a && likeness > covered[b]!) gains[a]! += weights[b]! * (likeness - covered[b]!)
        }
      }
      return gains
    },
  }
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
