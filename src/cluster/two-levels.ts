import { rowsBetween, type Matrix, type Tools } from '../math/index.ts'
import { clusterers, type ClustererName, type Grouped } from './clusterers.ts'
import { centresOf } from './mini-batch.ts'
import { unit } from './rows.ts'
import { autoSizes, metaFor } from './sizes.ts'
import type { Clusters } from './space.ts'

type LevelsOptions = {
  readonly by: ClustererName
  readonly classes: number
  /** How many small clusters and how many large ones; by the number of images, if left out. */
  readonly micro?: number | undefined
  readonly meta?: number | undefined
}
type TwoLevels = Clusters & { readonly meta: Int32Array } & Pick<Grouped, 'recall'>

/** Micro-clusters numbered without gaps, and meta-clusters joined from them. */
export async function twoLevels(rows: Matrix, o: LevelsOptions, tools: Tools): Promise<TwoLevels> {
  const sizes = autoSizes(rows.rows, o.classes)
  const wanted = Math.min(rows.rows, o.micro ?? sizes.clusters)
  const found = await clusterers[o.by].run(rows, { ...sizes, clusters: wanted }, tools)
  const micro = numbered(found.clusterOf).of
  return { micro, meta: await joined(rows, micro, { ...o, tools }), recall: found.recall }
}

/** Large clusters made of small ones, by the mean directions of these. */
export async function joined(
  rows: Matrix,
  micro: Int32Array,
  o: { readonly classes: number; readonly meta?: number | undefined; readonly tools: Tools },
): Promise<Int32Array> {
  const { of, count } = numbered(micro)
  if (count < 2) return of
  const means = meansOf(rows, of, count)
  const clusters = Math.min(count, o.meta ?? metaFor(rows.rows, o.classes))
  const { clusterOf } = await clusterers.agglomerative.run(means, { smallest: 1, clusters }, o.tools)
  return of.map((id) => (id < 0 ? -1 : clusterOf[id]!))
}

/** Without gaps; noise stays −1. */
function numbered(clusterOf: Int32Array): { readonly of: Int32Array; readonly count: number } {
  const numbers = new Map([...new Set(clusterOf)].filter((id) => id >= 0).map((id, i) => [id, i]))
  return { of: clusterOf.map((id) => numbers.get(id) ?? -1), count: numbers.size }
}

/** Of length one; noise belongs to none. */
function meansOf(rows: Matrix, micro: Int32Array, count: number): Matrix {
  const withNoise = micro.map((id) => (id < 0 ? count : id))
  const { centres } = centresOf(rows, withNoise, count + 1)
  return unit(rowsBetween(centres, 0, count))
}
