// The minimum spanning tree of mutual reachability, exact, by Borůvka's rounds: neighbours first, and full
// products only for the points whose neighbours cannot prove that a nearer stranger does not exist.
import { distance, type Matrix, rowsOf, squaredLengths, tiles, type Tools } from '../math/index.ts'
import { centred } from './blocks.ts'
import type { Edge } from './merges.ts'
import type { Neighbours } from './neighbours.ts'
import { unionOf } from './union.ts'

/** Of each point: the nearest stranger known, its weight, and what no unknown stranger can be nearer than. */
type Known = {
  readonly to: Int32Array
  readonly weight: Float64Array
  readonly bound: Float64Array
  /** What a full search found: nearest among all strangers at that time. */
  readonly searchedTo: Int32Array
  readonly searchedWeight: Float64Array
}
type Scene = {
  readonly rows: Matrix
  readonly lengths: Float32Array
  readonly core: Float64Array
  readonly near: Neighbours
  readonly tools: Pick<Tools, 'matmul'>
}

/** A round that may go on without a full search joins at least this share of the components. */
const enough = 0.25

export async function spanningTree(
  rows: Matrix,
  core: Float64Array,
  o: { readonly near: Neighbours; readonly tools: Pick<Tools, 'matmul'> },
): Promise<readonly Edge[]> {
  const moved = centred(rows)
  const scene: Scene = { rows: moved, lengths: squaredLengths(moved), core, ...o }
  const count = rows.rows
  const union = unionOf(count)
  const edges: Edge[] = []
  const known: Known = {
    to: new Int32Array(count),
    weight: new Float64Array(count),
    bound: new Float64Array(count),
    searchedTo: new Int32Array(count).fill(-1),
    searchedWeight: new Float64Array(count),
  }
  while (edges.length < count - 1) {
    const component = Int32Array.from({ length: count }, (_, i) => union.find(i))
    lookAround(scene, component, known)
    const open = unproven(component, known)
    const waiting = new Set(Array.from(open, (i) => component[i]!))
    const components = count - edges.length
    if (components - waiting.size < Math.max(1, components * enough)) {
      await search(scene, component, { known, open })
      waiting.clear()
    }
    for (const [root, point] of nearestOf(component, known)) {
      if (waiting.has(root)) continue
      const edge = { from: point, to: known.to[point]!, weight: known.weight[point]! }
      if (union.join(edge.from, edge.to)) edges.push(edge)
    }
  }
  return edges
}

/** Each point's nearest stranger among its neighbours and its last full search. */
function lookAround({ core, near }: Scene, component: Int32Array, known: Known): void {
  const { k, ids, distances } = near
  for (let i = 0; i < component.length; i++) {
    let [to, weight] = [-1, Infinity]
    for (let n = i * k; n < (i + 1) * k; n++) {
      const other = ids[n]!
      if (component[other] === component[i]) continue
      const reach = Math.max(core[i]!, core[other]!, distances[n]!)
      if (reach < weight) [to, weight] = [other, reach]
    }
    const searched = known.searchedTo[i]!
    if (searched >= 0 && component[searched] !== component[i] && known.searchedWeight[i]! <= weight) {
      ;[to, weight] = [searched, known.searchedWeight[i]!]
    }
    known.to[i] = to
    known.weight[i] = weight
    const farthest = k > 0 && k < component.length - 1 ? distances[(i + 1) * k - 1]! : Infinity
    known.bound[i] = Math.max(core[i]!, farthest, known.searchedWeight[i]!)
  }
}

/** Of each component the point with the shortest known edge; ties by ids, so that no ring is closed. */
function nearestOf(component: Int32Array, known: Known): Map<number, number> {
  const best = new Map<number, number>()
  for (let i = 0; i < component.length; i++) {
    const root = component[i]!
    const held = best.get(root)
    if (held === undefined || known.weight[i]! < known.weight[held]!) best.set(root, i)
  }
  return best
}

/** Points that may have a nearer stranger than the best edge of their component. */
function unproven(component: Int32Array, known: Known): Int32Array {
  const best = nearestOf(component, known)
  const open: number[] = []
  for (let i = 0; i < component.length; i++) {
    if (known.bound[i]! < known.weight[best.get(component[i]!)!]!) open.push(i)
  }
  return Int32Array.from(open.sort((a, b) => known.bound[a]! - known.bound[b]!))
}

/** A full search for the open points, the most promising first: what is found spares others near it. */
async function search(
  scene: Scene,
  component: Int32Array,
  { known, open }: { readonly known: Known; readonly open: Int32Array },
): Promise<void> {
  const limit = new Map([...nearestOf(component, known)].map(([root, i]) => [root, known.weight[i]!]))
  const batch = 512
  for (let at = 0; at < open.length;) {
    const some: number[] = []
    for (; at < open.length && some.length < batch; at++) {
      const i = open[at]!
      if (known.bound[i]! < limit.get(component[i]!)!) some.push(i)
    }
    await searchSome(scene, component, { known, some })
    for (const i of some) limit.set(component[i]!, Math.min(limit.get(component[i]!)!, known.weight[i]!))
  }
}

async function searchSome(
  scene: Scene,
  component: Int32Array,
  { known, some }: { readonly known: Known; readonly some: readonly number[] },
): Promise<void> {
  const { rows, lengths, core, tools } = scene
  const squaredCore = Float32Array.from(core, (c) => c * c)
  const best = new Float32Array(some.length).fill(Infinity)
  const to = new Int32Array(some.length).fill(-1)
  for await (const { firstQuery, firstRow, products } of tiles(rowsOf(rows, some), rows, tools)) {
    const { data, columns } = products
    for (let q = 0; q < products.rows; q++) {
      const i = some[firstQuery + q]!
      const from = q * columns
      const [own, length, floor] = [component[i]!, lengths[i]!, squaredCore[i]!]
      let lowest = best[firstQuery + q]!
      for (let c = 0; c < columns; c++) {
        const other = firstRow + c
        const apart = length + lengths[other]! - 2 * data[from + c]!
        // Asked first, for it is nearly always so, and spares a look at who is whose.
        if (apart >= lowest || component[other] === own) continue
        const reach = Math.max(apart, floor, squaredCore[other]!)
        if (reach < lowest) {
          lowest = reach
          to[firstQuery + q] = other
        }
      }
      best[firstQuery + q] = lowest
    }
  }
  for (const [n, i] of some.entries()) {
    const other = to[n]!
    const reach = Math.max(core[i]!, core[other]!, distance(rows, i, other))
    known.searchedTo[i] = other
    known.searchedWeight[i] = reach
    known.to[i] = other
    known.weight[i] = reach
    known.bound[i] = reach
  }
}
