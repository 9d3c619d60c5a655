import type { ClustererOptions } from './clusterers.ts'

/** Clusters of about this many images: pure enough to speak with one voice, large enough to be sure. */
const imagesOfCluster = 20
const clustersOfClass = 2
const clustersMost = 4096

/** Sizes that fit a number of images; where classes are many for so few, clusters are smaller. */
export function autoSizes(images: number, classes: number): ClustererOptions {
  const wanted = Math.max(images / imagesOfCluster, Math.min(clustersOfClass * classes, images / 2))
  const clusters = Math.min(clustersMost, Math.max(1, Math.round(wanted)))
  return { smallest: images < 100 ? 2 : images < 1000 ? 3 : 5, clusters }
}

/** Twice the classes, so that each may look in two ways; of many images more, of 10,000 fifty. */
export const metaFor = (images: number, classes: number): number =>
  Math.max(2 * classes, Math.round(Math.sqrt(images) / 2), 2)
