import { Failure } from '../base/index.ts'
import type { Matrix, Tools } from '../math/index.ts'
import { condense, type Condensed } from './condense.ts'
import { mergesOf } from './merges.ts'
import type { Neighbours } from './nearest-lists.ts'
import { exactNeighbours } from './exact-neighbours.ts'
import { selectClusters, type Selection } from './select.ts'
import { spanningTree } from './spanning-tree.ts'
import { unionOf } from './union.ts'

export type Clustering = {
  readonly clusters: number
  /** Of each point its cluster, or −1: noise. */
  readonly clusterOf: Int32Array
  /** How deep in its cluster, 0 to 1. */
  readonly membership: Float64Array
  /** GLOSH: how much sparser around it than where its cluster is densest, 0 to 1. */
  readonly outlierness: Float64Array
}
export type HdbscanOptions = {
  readonly smallest: number
  /** The neighbour that sets a point's density; by default as `smallest`. */
  readonly density?: number
  readonly selection?: Selection
  /** Neighbours at hand, `neighboursFor` of each; where they were found approximately, so is the tree. */
  readonly near?: Neighbours
}

/** As many neighbours as Borůvka's first rounds need; more only costs memory. */
const neighboursForTree = 16
export const neighboursFor = (density: number): number => Math.max(density, neighboursForTree)

/** HDBSCAN with Euclidean distance (Campello, Moulavi, Zimek and Sander 2015). */
export async function hdbscan(
  rows: Matrix,
  { smallest, density = smallest, selection = 'excess of mass', ...o }: HdbscanOptions,
  tools: Pick<Tools, 'matmul'>,
): Promise<Clustering> {
  if (smallest < 2)
    throw new Failure(
      'bad-input',
      `cannot cluster: the smallest cluster has 2 points or more, not ${smallest}`,
    )
  if (rows.rows <= density) {
    throw new Failure('bad-input', `cannot cluster: ${rows.rows} points have no ${density}th neighbour`)
  }
  const near = o.near ?? (await exactNeighbours(rows, neighboursFor(density), tools))
  const core = Float64Array.from({ length: rows.rows }, (_, i) => near.distances[i * near.k + density - 1]!)
  const edges = await spanningTree(rows, { core, near, tools })
  return label(condense(mergesOf(edges), smallest), selection)
}

function label(tree: Condensed, selection: Selection): Clustering {
  const chosen = selectClusters(tree, selection)
  const clusterOf = clustersOf(tree, chosen)
  const deepest = deepestOf(tree)
  return {
    clusters: chosen.length,
    clusterOf,
    membership: membershipOf(tree, { chosen, clusterOf, deepest }),
    outlierness: outliernessOf(tree, deepest),
  }
}

/** A point belongs to the chosen cluster that it, or the cluster it left, descends from. */
function clustersOf(tree: Condensed, chosen: readonly number[]): Int32Array {
  const isChosen = new Set(chosen.map((c) => c + tree.points))
  const union = unionOf(tree.points + tree.clusters)
  for (const [i, child] of tree.child.entries()) if (!isChosen.has(child)) union.join(tree.parent[i]!, child)
  const number = new Map(chosen.map((c, i) => [union.find(c + tree.points), i]))
  return Int32Array.from({ length: tree.points }, (_, point) => number.get(union.find(point)) ?? -1)
}

/** The largest λ at which anything left each cluster itself. */
function deepestOf(tree: Condensed): Float64Array {
  const deepest = new Float64Array(tree.clusters)
  for (const [i, parent] of tree.parent.entries()) {
    deepest[parent - tree.points] = Math.max(deepest[parent - tree.points]!, tree.lambda[i]!)
  }
  return deepest
}

function membershipOf(
  tree: Condensed,
  o: { readonly chosen: readonly number[]; readonly clusterOf: Int32Array; readonly deepest: Float64Array },
): Float64Array {
  const membership = new Float64Array(tree.points)
  for (const [i, point] of tree.child.entries()) {
    const cluster = point < tree.points ? o.clusterOf[point]! : -1
    if (cluster < 0) continue
    const most = o.deepest[o.chosen[cluster]!]!
    membership[point] = most === 0 || !isFinite(tree.lambda[i]!) ? 1 : Math.min(tree.lambda[i]!, most) / most
  }
  return membership
}

function outliernessOf(tree: Condensed, deepest: Float64Array): Float64Array {
  const below = deepest.slice()
  for (let i = tree.child.length - 1; i >= 0; i--) {
    const child = tree.child[i]! - tree.points
    const parent = tree.parent[i]! - tree.points
    if (child >= 0) below[parent] = Math.max(below[parent]!, below[child]!)
  }
  const outlierness = new Float64Array(tree.points)
  for (const [i, point] of tree.child.entries()) {
    if (point >= tree.points) continue
    const most = below[tree.parent[i]! - tree.points]!
    outlierness[point] = most === 0 || !isFinite(tree.lambda[i]!) ? 0 : (most - tree.lambda[i]!) / most
  }
  return outlierness
}
