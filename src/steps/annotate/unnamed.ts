// A set of which only vectors are known: its clusters stand for classes, until a person has named them.
import { clusterers, type ClustererName, type Clusters } from '../../cluster/index.ts'
import { writeCsv } from '../../formats/index.ts'
import { addInto, dot, lengthOf, rowOf, type Matrix } from '../../math/index.ts'
import type { Known } from '../../results/index.ts'
import { toolsOf } from '../tools.ts'
import type { World } from '../world.ts'

export type Unnamed = {
  readonly classNames: readonly string[]
  /** Which cluster each image is of; noise is of none. */
  readonly examples: Known
  /** Of each cluster the most typical image. */
  readonly typical: readonly number[]
  readonly clusters: Clusters
}
type How = {
  /** Those at hand, or how to find them. */
  readonly clusters: Clusters | ClustererName
  readonly classes: number
  readonly seed: number
}

/** A person names each with one key: so many are done in a minute. */
const clustersMost = 24
const clustersOfClass = 2
const imagesOfCluster = 10

export async function unnamedClusters(images: Matrix, how: How, world: World): Promise<Unnamed> {
  const most = Math.max(clustersMost, clustersOfClass * how.classes)
  const clusters = Math.min(most, Math.max(1, Math.round(images.rows / imagesOfCluster)))
  const smallest = Math.max(2, Math.round(images.rows / (4 * most)))
  const found =
    typeof how.clusters === 'string'
      ? (await clusterers[how.clusters].run(images, { clusters, smallest }, toolsOf(world, how.seed)))
          .clusterOf
      : (how.clusters.meta ?? how.clusters.micro)
  const members = [...Map.groupBy(found.keys(), (row) => found[row]!)]
    .filter(([cluster]) => cluster >= 0)
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([, rows]) => rows)
  // Noise alone is one heap.
  const heaps = members.length === 0 ? [[...found.keys()]] : members
  const micro = new Int32Array(images.rows).fill(-1)
  for (const [cluster, rows] of heaps.entries()) for (const row of rows) micro[row] = cluster
  return {
    classNames: heaps.map((_, i) => `cluster ${i + 1}`),
    examples: new Map(heaps.flatMap((rows, i) => rows.map((row) => [row, i] as const))),
    typical: heaps.map((rows) => mostTypical(images, rows)),
    clusters: { micro, meta: null },
  }
}

/** The row nearest to where all of them point. */
function mostTypical(images: Matrix, rows: readonly number[]): number {
  const towards = new Float64Array(images.columns)
  const lengths = rows.map((row) => lengthOf(rowOf(images, row)) || 1)
  rows.forEach((row, i) => addInto(towards, rowOf(images, row), 1 / lengths[i]!))
  const nearness = rows.map((row, i) => dot(rowOf(images, row), towards) / lengths[i]!)
  return rows[nearness.indexOf(Math.max(...nearness))]!
}

/** A list to be filled in and handed back as `--examples`. */
export function namingList({ typical, clusters }: Unnamed, names: readonly string[]): string {
  const sizes = new Map<number, number>()
  for (const cluster of clusters.micro) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1)
  const rows = typical.map((row, cluster) => [
    names[row]!,
    '',
    String(cluster + 1),
    String(sizes.get(cluster)),
  ])
  return writeCsv([['path', 'label', 'cluster', 'images'], ...rows])
}
