import { namesOf } from '../base/index.ts'
import { kMeans, type Matrix, type Tools } from '../math/index.ts'
import { hdbscan } from './hdbscan.ts'

export type ClustererOptions = {
  /** How many images the smallest cluster has (hdbscan). */
  readonly smallest: number
  /** How many clusters there are (kmeans, agglomerative). */
  readonly clusters: number
}
export type Clusterer = {
  readonly says: string
  /** Of each row its cluster, or −1: noise. */
  readonly run: (rows: Matrix, o: ClustererOptions, tools: Tools) => Promise<Int32Array>
}

export const clusterers = {
  hdbscan: {
    says: 'dense regions of any shape and number; what lies between them is noise',
    run: async (rows, { smallest }, tools) => {
      if (rows.rows <= smallest) return new Int32Array(rows.rows)
      return (await hdbscan(rows, { smallest }, tools)).clusterOf
    },
  },
  kmeans: {
    says: 'round groups around as many centres as asked for',
    run: async (rows, { clusters }, tools) =>
      (await kMeans(rows, Math.min(clusters, rows.rows), tools)).clusterOf,
  },
} satisfies Record<string, Clusterer>
export type ClustererName = keyof typeof clusterers
export const clustererNames = namesOf(clusterers)
