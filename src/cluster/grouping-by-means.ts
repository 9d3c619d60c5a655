import { matrix, type Matrix, rowOf, rowsOf, squaredLengths, tiles, type Tools } from '../math/index.ts'
import type { Grouping } from './join-nearest.ts'

/** How far two groups are apart, known from their means a and b, |a|², |b|², a·b and their sizes. */
export type ByMeans = (o: {
  readonly apart: number
  readonly product: number
  readonly sizeA: number
  readonly sizeB: number
}) => number

/** √(2·a·b/(a+b)) · |mean a − mean b|: what a join adds to the sum of squares, as scikit-learn scales it. */
export const ward: ByMeans = ({ apart, sizeA, sizeB }) =>
  Math.sqrt(((2 * sizeA * sizeB) / (sizeA + sizeB)) * Math.max(0, apart))

/** Of rows of length one the mean over all pairs of 1 − x·y is 1 − mean a · mean b. */
export const averageCosine: ByMeans = ({ product }) => 1 - product

/** A group is its mean and its size: nothing grows with the number of pairs. */
export function groupingByMeans(
  rows: Matrix,
  sizesOfRows: Float64Array,
  o: { readonly far: ByMeans } & Pick<Tools, 'matmul'>,
): Grouping {
  const means = matrix(rows.rows, rows.columns, rows.data.slice())
  const sizes = sizesOfRows.slice()
  return {
    nearest: async (asking, active) => {
      const to = new Int32Array(asking.length).fill(-1)
      const distance = new Float64Array(asking.length).fill(Infinity)
      const [queries, others] = [rowsOf(means, asking), rowsOf(means, active)]
      const [lengthsA, lengthsB] = [squaredLengths(queries), squaredLengths(others)]
      for await (const { firstQuery, firstRow, products } of tiles(queries, others, o)) {
        for (let i = 0; i < products.data.length; i++) {
          const q = firstQuery + Math.floor(i / products.columns)
          const r = firstRow + (i % products.columns)
          const [a, b] = [asking[q]!, active[r]!]
          if (a === b) continue
          const product = products.data[i]!
          const apart = lengthsA[q]! + lengthsB[r]! - 2 * product
          const far = o.far({ apart, product, sizeA: sizes[a]!, sizeB: sizes[b]! })
          if (far < distance[q]!) {
            distance[q] = far
            to[q] = b
          }
        }
      }
      return {
        to,
        distance: distance.map((_, q) => exactly(means, sizes, { ...o, a: asking[q]!, b: to[q]! })),
      }
    },
    join: (a, b) => {
      const [mean, other] = [rowOf(means, a), rowOf(means, b)]
      const share = sizes[b]! / (sizes[a]! + sizes[b]!)
      for (let j = 0; j < mean.length; j++) mean[j]! += share * (other[j]! - mean[j]!)
      sizes[a]! += sizes[b]!
    },
  }
}

type Pair = { readonly a: number; readonly b: number; readonly far: ByMeans }

/** In double precision: the fast product only finds. */
function exactly(means: Matrix, sizes: Float64Array, { a, b, far }: Pair): number {
  const [x, y] = [rowOf(means, a), rowOf(means, b)]
  let [apart, product] = [0, 0]
  for (let j = 0; j < x.length; j++) {
    apart += (x[j]! - y[j]!) ** 2
    product += x[j]! * y[j]!
  }
  return far({ apart, product, sizeA: sizes[a]!, sizeB: sizes[b]! })
}
