import { rowOf, rowsOf, type Matrix } from '../math/index.ts'

/** The products of one point with all points; `likely` names those that may be asked for next. */
export type Ahead = (point: number, likely: (count: number) => ArrayLike<number>) => Promise<Float32Array>

const [fewest, most] = [4, 128]

/**
 * A greedy choice needs one point's products at a time, and each time all rows would be read from memory
 * (10 ms at 50,000 × 512, as long as 4 points take together). So the likeliest are multiplied along.
 */
export function ahead(rows: Matrix, products: (some: Matrix) => Promise<Matrix>): Ahead {
  let count = 32
  let used = count
  let known = new Map<number, Float32Array>()
  return async (point, likely) => {
    const there = known.get(point)
    used++
    if (there) return there
    // Where most were computed in vain, fewer are next time.
    if (known.size > 0) count = used * 3 < count ? Math.max(fewest, count >> 1) : Math.min(most, count * 2)
    used = 0
    const points = [point, ...Array.from(likely(count)).filter((other) => other !== point)].slice(0, count)
    const block = await products(rowsOf(rows, points))
    known = new Map(points.map((its, i) => [its, rowOf(block, i)]))
    return known.get(point)!
  }
}
