// From material to a label for every image.
import { annotate, type AnnotateOptions, type Annotated, type ClustererName } from '../../cluster/index.ts'
import { matrix, type Matrix } from '../../math/index.ts'
import { wilson } from '../../measure/index.ts'
import type { Measured } from '../../results/index.ts'
import type { Material } from './material.ts'
import { toolsOf } from '../tools.ts'
import type { World } from '../world.ts'

export type Labelled = Annotated & {
  /** [clusters, classes]: how many images of each cluster went to each class. */
  readonly counts: Matrix
  /** The numbers of the clusters, as rows of `counts`; −1 is noise. */
  readonly clusterIds: readonly number[]
  readonly measured: Measured | null
}
export type HowToLabel = Omit<AnnotateOptions, 'clusters'> & {
  readonly cluster: ClustererName
  /** Whether clusters are found even where some are at hand. */
  readonly isNewCluster: boolean
  readonly seed: number
}

/** A person's word stands, whatever the method says: but it is measured before. */
export async function labelAll(material: Material, how: HowToLabel, world: World): Promise<Labelled> {
  const { cluster, isNewCluster, seed, ...options } = how
  const clusters = (isNewCluster ? null : material.clusters) ?? cluster
  const { rows } = material.space.images
  const sentence = `labelling ${rows.toLocaleString('en')} images ${material.says}`
  world.progress({ done: 0, total: null, sentence })
  const found = await annotate(material.space, { ...options, clusters }, toolsOf(world, seed))
  const measured = measuredOn(material, found)
  const [classOf, confidence, runnerUp] = [
    found.classOf.slice(),
    found.confidence.map((c) => Math.min(1, c)),
    found.runnerUp.slice(),
  ]
  for (const [row, its] of material.settled) {
    if (classOf[row] !== its) runnerUp[row] = classOf[row]!
    classOf[row] = its
    confidence[row] = 1
  }
  return {
    ...found,
    classOf,
    confidence,
    runnerUp,
    measured,
    ...countsOf(found.clusters.micro, classOf, found.prototypes.rows),
  }
}

function measuredOn({ hidden, hiddenIs }: Material, { classOf }: Annotated): Labelled['measured'] {
  if (hidden.size === 0) return null
  const right = [...hidden].filter(([row, its]) => classOf[row] === its).length
  return { ...wilson(right, hidden.size), count: hidden.size, on: hiddenIs }
}

function countsOf(
  clusterOf: Int32Array,
  classOf: Int32Array,
  classes: number,
): Pick<Labelled, 'counts' | 'clusterIds'> {
  const clusterIds = [...new Set(clusterOf)].sort((a, b) => a - b)
  const place = new Map(clusterIds.map((id, i) => [id, i]))
  const counts = matrix(clusterIds.length, classes)
  clusterOf.forEach((cluster, row) => counts.data[place.get(cluster)! * classes + classOf[row]!]!++)
  return { counts, clusterIds }
}
