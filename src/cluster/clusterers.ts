import { namesOf } from '../base/index.ts'
import { kMeans, type Matrix, type Tools } from '../math/index.ts'
import { agglomerate, type LinkageName } from './agglomerate.ts'
import { hdbscan, neighboursFor } from './hdbscan.ts'
import { cut } from './merges.ts'
import { centresOf, miniBatchKMeans } from './mini-batch.ts'
import { neighbours } from './neighbours.ts'
import { unit } from './rows.ts'
import type { Selection } from './select.ts'

export type ClustererOptions = {
  /** How many images the smallest cluster has (hdbscan). */
  readonly smallest: number
  /** How many clusters there are (kmeans, agglomerative). */
  readonly clusters: number
  /** Which clusters of HDBSCAN's tree: those that last longest, or the leaves. */
  readonly selection?: Selection
  readonly linkage?: LinkageName
}
export type Clusterer = {
  readonly says: string
  readonly run: (rows: Matrix, o: ClustererOptions, tools: Tools) => Promise<Grouped>
}
export type Grouped = {
  /** Of each row its cluster, or −1: noise. */
  readonly clusterOf: Int32Array
  /** Where neighbours were found approximately: which share of them are the nearest. */
  readonly recall: number | null
}

/** Beyond this k-means goes by small batches, and so where one product would pass 200 MB. */
const rowsOfFullKMeans = 100_000
const productMost = 50_000_000
/** Agglomeration joins rows while they are few; of more, centres of so many clusters and their sizes. */
const rowsToJoin = 5000
const microClusters = 2000

export const clusterers = {
  hdbscan: {
    says: 'dense regions of any shape and number; what lies between them is noise',
    run: async (rows, { smallest, selection = 'excess of mass' }, tools) => {
      if (rows.rows <= smallest) return exactly(new Int32Array(rows.rows))
      const near = await neighbours(rows, neighboursFor(smallest), tools)
      const { clusterOf } = await hdbscan(rows, { smallest, selection, near }, tools)
      return { clusterOf, recall: near.recall }
    },
  },
  kmeans: {
    says: 'round groups around as many centres as asked for',
    run: async (rows, { clusters }, tools) => exactly(await groupsByKMeans(rows, clusters, tools)),
  },
  agglomerative: {
    says: 'groups joined two by two, the nearest first, until as many are left as asked for',
    run: async (rows, { clusters, linkage = 'ward' }, tools) => {
      if (rows.rows <= rowsToJoin) return exactly(cut(await agglomerate(rows, { linkage }, tools), clusters))
      const first = await groupsByKMeans(rows, Math.max(microClusters, clusters), tools)
      const { of, count } = numbered(first)
      const { centres, sizes } = centresOf(rows, of, count)
      const groups = cut(await agglomerate(unit(centres), { linkage, sizes }, tools), clusters)
      return exactly(of.map((group) => groups[group]!))
    },
  },
} satisfies Record<string, Clusterer>
export type ClustererName = keyof typeof clusterers
export const clustererNames = namesOf(clusterers)

const exactly = (clusterOf: Int32Array): Grouped => ({ clusterOf, recall: null })

async function groupsByKMeans(rows: Matrix, clusters: number, tools: Tools): Promise<Int32Array> {
  const wanted = Math.min(clusters, rows.rows)
  if (rows.rows <= rowsOfFullKMeans && rows.rows * wanted <= productMost)
    return (await kMeans(rows, wanted, tools)).clusterOf
  return miniBatchKMeans(rows, wanted, tools)
}

/** The same groups, numbered without gaps. */
function numbered(groups: Int32Array): { readonly of: Int32Array; readonly count: number } {
  const numbers = new Map<number, number>()
  for (const group of groups) if (!numbers.has(group)) numbers.set(group, numbers.size)
  return { of: groups.map((group) => numbers.get(group)!), count: numbers.size }
}
