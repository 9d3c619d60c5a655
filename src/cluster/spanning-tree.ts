// The minimum spanning tree of mutual reachability: Borůvka's rounds among known neighbours as long as these
// prove that no stranger is nearer, then what is left in one more look at all pairs of different parts.
import { assert } from '../base/index.ts'
import { distance, type Matrix } from '../math/index.ts'
import { between, partsOf, thinned } from './between-parts.ts'
import type { Edge } from './merges.ts'
import type { Neighbours } from './nearest-lists.ts'
import { pointsOf, type Multiply } from './points.ts'
import { unionOf, type Union } from './union.ts'

/** A round among neighbours that joins a smaller share of the parts than this leaves the rest to products. */
const enough = 0.02
/** Of neighbours found approximately no proof is asked, and parts are joined by so many of their points. */
const pointsOfParts = 40_000

type Scene = {
  /** Of each point the distance that sets its density. */
  readonly core: Float64Array
  readonly near: Neighbours
}

export async function spanningTree(
  rows: Matrix,
  { core, near, tools }: Scene & { readonly tools: Multiply },
): Promise<readonly Edge[]> {
  const union = unionOf(rows.rows)
  const edges = joinNeighbours({ core, near }, union)
  if (edges.length === rows.rows - 1) return edges
  const points = pointsOf(rows)
  while (edges.length < rows.rows - 1) {
    const before = edges.length
    const all = partsOf(union, rows.rows)
    const parts = near.recall === null ? all : thinned(all, pointsOfParts)
    for (const { from, to } of await between(points, { core, parts }, tools)) {
      const weight = Math.max(core[from]!, core[to]!, distance(rows, from, to))
      if (union.join(from, to)) edges.push({ from, to, weight })
    }
    assert(edges.length > before, `${all.count} parts of a tree have no edge between them`)
  }
  return edges
}

/** Of each part, by the root of its points: its shortest known edge, and what no unknown one can be below. */
type Outward = {
  readonly from: Int32Array
  readonly to: Int32Array
  readonly weight: Float64Array
  readonly bound: Float64Array
}

function joinNeighbours(scene: Scene, union: Union): Edge[] {
  const count = scene.core.length
  const edges: Edge[] = []
  const least = scene.near.recall === null ? enough : 0
  for (;;) {
    const before = edges.length
    const roots = Int32Array.from({ length: count }, (_, i) => union.find(i))
    const { from, to, weight, bound } = outward(scene, roots)
    for (let root = 0; root < count; root++) {
      if (from[root]! < 0 || weight[root]! > bound[root]!) continue
      const edge = { from: from[root]!, to: to[root]!, weight: weight[root]! }
      if (union.join(edge.from, edge.to)) edges.push(edge)
    }
    if (edges.length - before <= least * (count - before)) return edges
  }
}

function outward({ core, near }: Scene, roots: Int32Array): Outward {
  const { k, ids, distances, recall } = near
  const count = roots.length
  const from = new Int32Array(count).fill(-1)
  const to = new Int32Array(count).fill(-1)
  const weight = new Float64Array(count).fill(Infinity)
  const bound = new Float64Array(count).fill(Infinity)
  const isTrusted = recall !== null || k === count - 1
  for (let i = 0; i < count; i++) {
    const root = roots[i]!
    for (let n = i * k; n < (i + 1) * k; n++) {
      const other = ids[n]!
      // Few were found at all.
      if (other < 0) break
      const its = roots[other]!
      if (its === root) continue
      const reach = Math.max(core[i]!, core[other]!, distances[n]!)
      if (reach < weight[root]!) [from[root], to[root], weight[root]] = [i, other, reach]
      if (reach < weight[its]!) [from[its], to[its], weight[its]] = [other, i, reach]
    }
    if (!isTrusted) bound[root] = Math.min(bound[root]!, Math.max(core[i]!, distances[(i + 1) * k - 1]!))
  }
  return { from, to, weight, bound }
}
