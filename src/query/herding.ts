// The images that stand for the most of the others: each image is stood for by its most similar chosen one,
// by a kernel of their distance, and the sum over all is what a choice adds to (a greedy choice is within 63%
// of the best; Nemhauser et al., 1978). MaxHerding with a smooth kernel (Bae et al., 2024), UHerding where
// unsure images count more (Bae et al., 2025), ProbCover with a ball (Yehuda et al., 2022).
import { squaredLengths, tiles, type Matrix, type Tools } from '../math/index.ts'
import { heapOf } from './heap.ts'

export type Crowd = {
  readonly candidates: Matrix
  /** Who is to be stood for, and how much each counts. */
  readonly others: Matrix
  readonly weights: Float32Array
  readonly labelled: Matrix | null
  /** Similarity, from 0 to 1, of a squared distance. */
  readonly kernel: (squaredDistance: number) => number
}
export type Herded = {
  readonly order: readonly number[]
  /** For each, of how many others it is the most similar one so far. */
  readonly flock: ReadonlyMap<number, number>
}

export async function herd(crowd: Crowd, budget: number, tools: Pick<Tools, 'matmul'>): Promise<Herded> {
  const { weights } = crowd
  const covered = await coveredBy(crowd, tools)
  const { similar, gains } = await similarities(crowd, covered, tools)
  const heap = heapOf(gains)
  const size = weights.length
  const flock = new Map<number, number>()
  while (flock.size < Math.min(budget, crowd.candidates.rows)) {
    const top = heap.top()
    const row = similar.subarray(top * size, (top + 1) * size)
    // What an image adds only shrinks as others are chosen: most of the old sums need no second look.
    const gain = gainOf(row, covered, weights)
    if (!(gain > 0) && !(gains[top]! > 0)) break
    heap.lowerTop(gain)
    if (heap.top() !== top) continue
    flock.set(top, coverInto(covered, row))
    heap.lowerTop(-1)
  }
  return { order: [...flock.keys()], flock }
}

function gainOf(row: Float32Array, covered: Float32Array, weights: Float32Array): number {
  let gain = 0
  for (let i = 0; i < row.length; i++) {
    const more = row[i]! - covered[i]!
    if (more > 0) gain += more * weights[i]!
  }
  return gain
}

/** How many it is nearest to. */
function coverInto(covered: Float32Array, row: Float32Array): number {
  let nearest = 0
  for (let i = 0; i < row.length; i++) {
    if (row[i]! <= covered[i]!) continue
    covered[i] = row[i]!
    nearest++
  }
  return nearest
}

async function coveredBy(
  { others, labelled, kernel }: Crowd,
  tools: Pick<Tools, 'matmul'>,
): Promise<Float32Array> {
  const covered = new Float32Array(others.rows)
  if (!labelled) return covered
  for await (const { column, squared } of distances(labelled, others, tools)) {
    squared.forEach((d, i) => (covered[column + i] = Math.max(covered[column + i]!, kernel(d))))
  }
  return covered
}

/** [candidates, others] at 10,000 each are 400 MB: more are sampled before. */
async function similarities(
  { candidates, others, weights, kernel }: Crowd,
  covered: Float32Array,
  tools: Pick<Tools, 'matmul'>,
) {
  const similar = new Float32Array(candidates.rows * others.rows)
  const gains = new Float64Array(candidates.rows)
  for await (const { row, column, squared } of distances(candidates, others, tools)) {
    const at = row * others.rows + column
    let gain = 0
    for (let i = 0; i < squared.length; i++) {
      const likeness = kernel(squared[i]!)
      similar[at + i] = likeness
      const more = likeness - covered[column + i]!
      if (more > 0) gain += more * weights[column + i]!
    }
    gains[row]! += gain
  }
  return { similar, gains }
}

/** |a − b|² of row `row` of a and the rows of b from `column` on; the array is used again for the next. */
async function* distances(a: Matrix, b: Matrix, tools: Pick<Tools, 'matmul'>) {
  const [ofA, ofB] = [squaredLengths(a), squaredLengths(b)]
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
