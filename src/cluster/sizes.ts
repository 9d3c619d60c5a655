import type { ClustererOptions } from './clusterers.ts'

/** Clusters of about this many images: pure enough to speak with one voice, large enough to be sure. */
const imagesOfCluster = 20
const clustersMost = 4096

/** Sizes that fit a number of images. */
export function autoSizes(images: number): ClustererOptions {
  const clusters = Math.min(clustersMost, Math.max(1, Math.round(images / imagesOfCluster)))
  return { smallest: images < 100 ? 2 : images < 1000 ? 3 : 5, clusters }
}
