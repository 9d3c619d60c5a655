import { unionOf } from './union.ts'

/**
 * A tree of merges over n leaves, in the order of distance:
 * merge i joins the nodes left[i] and right[i] into node n + i.
 */
export type Merges = {
  readonly left: Int32Array
  readonly right: Int32Array
  readonly distance: Float64Array
  readonly size: Int32Array
}
export type Edge = { readonly from: number; readonly to: number; readonly weight: number }

/** Edges of a spanning tree, by weight, become merges. */
export function mergesOf(edges: readonly Edge[]): Merges {
  const leaves = edges.length + 1
  const sorted = edges.toSorted((a, b) => a.weight - b.weight)
  const union = unionOf(leaves)
  const nodeOf = Int32Array.from({ length: leaves }, (_, i) => i)
  const sizes = new Int32Array(2 * leaves - 1).fill(1, 0, leaves)
  const merges = emptyMerges(edges.length)
  for (const [i, { from, to, weight }] of sorted.entries()) {
    const [a, b] = [nodeOf[union.find(from)]!, nodeOf[union.find(to)]!]
    merges.left[i] = Math.min(a, b)
    merges.right[i] = Math.max(a, b)
    merges.distance[i] = weight
    merges.size[i] = sizes[leaves + i] = sizes[a]! + sizes[b]!
    union.join(from, to)
    nodeOf[union.find(from)] = leaves + i
  }
  return merges
}

const emptyMerges = (count: number): Merges => ({
  left: new Int32Array(count),
  right: new Int32Array(count),
  distance: new Float64Array(count),
  size: new Int32Array(count),
})

/** The leaves' groups when the tree is cut so that `clusters` are left, numbered by their first leaf. */
export function cut(merges: Merges, clusters: number): Int32Array {
  const leaves = merges.left.length + 1
  const kept = Math.max(0, leaves - Math.max(1, clusters))
  const union = unionOf(leaves + kept)
  for (let i = 0; i < kept; i++) {
    union.join(merges.left[i]!, leaves + i)
    union.join(merges.right[i]!, leaves + i)
  }
  const numbers = new Map<number, number>()
  return Int32Array.from({ length: leaves }, (_, leaf) => {
    const root = union.find(leaf)
    if (!numbers.has(root)) numbers.set(root, numbers.size)
    return numbers.get(root)!
  })
}
