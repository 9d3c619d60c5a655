import { addInto, matrix, normaliseInto, rowOf, type Matrix } from '../math/index.ts'
import type { Space } from './space.ts'

/** A way to see the images in groups: meta-clusters, micro-clusters, or each by itself. */
export type Level = {
  readonly name: string
  /** Of each image its group. */
  readonly of: Int32Array
  /** How many groups are clusters; images that are noise follow, each a group of one. */
  readonly clusters: number
  readonly sizes: Float64Array
  /** [groups, width]: mean directions in image space. */
  readonly rows: Matrix
  /** The same in the joint space. */
  readonly joint: Matrix | null
}

/** Noise points vote as clusters of one: of real embeddings HDBSCAN calls half and more noise. */
export function levelOf(space: Space, name: string, clusterOf: Int32Array): Level {
  const numbers = new Map<number, number>()
  for (const cluster of clusterOf) if (cluster >= 0) numbers.set(cluster, 0)
  for (const [i, cluster] of [...numbers.keys()].sort((a, b) => a - b).entries()) numbers.set(cluster, i)
  let groups = numbers.size
  const of = Int32Array.from(clusterOf, (cluster) => (cluster >= 0 ? numbers.get(cluster)! : groups++))
  const sizes = new Float64Array(groups)
  for (const group of of) sizes[group]!++
  const rows = meansOf(space.images, of, groups)
  const isOneSpace = space.joint === space.images
  const joint = isOneSpace ? rows : space.joint && meansOf(space.joint, of, groups)
  return { name, of, clusters: numbers.size, sizes, rows, joint }
}

export function imageLevel({ images, joint }: Space): Level {
  const of = Int32Array.from({ length: images.rows }, (_, i) => i)
  return { name: 'image', of, clusters: 0, sizes: new Float64Array(images.rows).fill(1), rows: images, joint }
}

function meansOf(rows: Matrix, of: Int32Array, groups: number): Matrix {
  const means = matrix(groups, rows.columns)
  for (let i = 0; i < rows.rows; i++) addInto(rowOf(means, of[i]!), rowOf(rows, i), 1)
  for (let g = 0; g < groups; g++) normaliseInto(rowOf(means, g))
  return means
}
