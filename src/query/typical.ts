// TypiClust (Hacohen, Dekel and Weinshall, 2022): as many clusters as labels afterwards, and of the
// largest clusters without a label the densest image.
import { kMeans, meanOf, rowOf, rowsOf, stacked, type Matrix, type Tools } from '../math/index.ts'
import { inTurns } from './order.ts'
import type { Pool, Ranking } from './pool.ts'

const clustersMax = 500 // the paper's cap; k-means of 20,000 rows stays under 10 s
const neighbours = 20 // the paper's
const smallest = 5 // the paper's: fewer images are outliers sooner than a kind
const membersMax = 1000 // distances in a cluster are squared: 4 MB at 1,000, 400 MB at 10,000

type Cluster = { readonly members: number[]; labelled: number }

export async function typicalFirst(
  pool: Pool,
  { budget }: { readonly budget: number },
  tools: Tools,
): Promise<Ranking> {
  const clusters = mostUncovered(await clustersOf(pool, budget, tools)).slice(0, budget)
  const lists: number[][] = []
  for (const cluster of clusters) lists.push(await densestFirst(pool, cluster, tools))
  const reasons = new Map(clusters.flatMap((c) => c.members.map((i) => [i, reasonOf(c)] as const)))
  // A second image of a cluster comes only after a first of each.
  return { order: inTurns(lists, budget), reason: (i) => reasons.get(i)! }
}

function reasonOf({ members, labelled }: Cluster): string {
  if (members.length === 1) return 'unlike every other image'
  return `typical of ${members.length} similar images${labelled === 0 ? ' without a label' : ''}`
}

async function clustersOf(pool: Pool, budget: number, tools: Tools): Promise<readonly Cluster[]> {
  const embeddings = pool.embeddings!
  const labelled = pool.labelled?.rows ?? 0
  const all = pool.labelled ? stacked([embeddings, pool.labelled]) : embeddings
  const { clusterOf, clusters } = await kMeans(all, Math.min(labelled + budget, clustersMax, all.rows), tools)
  const found: Cluster[] = Array.from({ length: clusters }, () => ({ members: [], labelled: 0 }))
  clusterOf.forEach((cluster, row) => {
    if (row < embeddings.rows) found[cluster]!.members.push(row)
    else found[cluster]!.labelled++
  })
  return found.filter((cluster) => cluster.members.length > 0)
}

/** Without a label first, then the largest; the tiny ones last of all. */
const mostUncovered = (clusters: readonly Cluster[]): readonly Cluster[] =>
  clusters.toSorted(
    (a, b) =>
      Number(isTiny(a)) - Number(isTiny(b)) || a.labelled - b.labelled || b.members.length - a.members.length,
  )
const isTiny = (cluster: Cluster) => cluster.members.length < smallest

/** Members by typicality = 1 / mean distance to the 20 nearest in the cluster. */
async function densestFirst(pool: Pool, cluster: Cluster, tools: Tools): Promise<number[]> {
  const members = drawn(cluster.members, tools)
  const rows = rowsOf(pool.embeddings!, members)
  const products = await tools.matmul(rows, rows)
  const spread = members.map((_, i) => meanNearest(products, i))
  return [...members.keys()].sort((a, b) => spread[a]! - spread[b]!).map((i) => members[i]!)
}

function drawn(members: readonly number[], { random }: Tools): readonly number[] {
  if (members.length <= membersMax) return members
  const kept = [...members]
  for (let i = 0; i < membersMax; i++) {
    const j = i + random.below(kept.length - i)
    ;[kept[i], kept[j]] = [kept[j]!, kept[i]!]
  }
  return kept.slice(0, membersMax)
}

/** |a − b|² = a·a + b·b − 2 a·b */
function meanNearest(products: Matrix, i: number): number {
  const own = products.data[i * products.columns + i]!
  const distances = Float32Array.from(rowOf(products, i), (product, j) =>
    Math.sqrt(Math.max(0, own + products.data[j * products.columns + j]! - 2 * product)),
  ).sort()
  const nearest = distances.subarray(1, 1 + neighbours)
  return nearest.length === 0 ? 0 : meanOf(nearest)
}
