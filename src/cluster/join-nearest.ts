import type { Edge } from './merges.ts'

/** Finds nearest groups and joins groups, by its own idea of far; a group is named by one of its leaves. */
export type Grouping = {
  /** Of each asking group the nearest other among those active, and how far it is. */
  nearest(
    asking: Int32Array,
    active: Int32Array,
  ): Promise<{ readonly to: Int32Array; readonly distance: Float64Array }>
  /** `b` becomes part of `a`. */
  join(a: number, b: number): void
}

/**
 * Nearest-neighbour chains, all ends at once: groups that are each other's nearest are joined, in rounds.
 * Right for every linkage in which joining two groups brings neither nearer to a third (Bruynooghe 1977).
 */
export async function joinNearest(leaves: number, grouping: Grouping): Promise<readonly Edge[]> {
  const to = new Int32Array(leaves).fill(-1)
  const distance = new Float64Array(leaves)
  let active = Int32Array.from({ length: leaves }, (_, i) => i)
  const edges: Edge[] = []
  while (active.length > 1) {
    const asking = active.filter((group) => to[group] === -1)
    const found = await grouping.nearest(asking, active)
    for (const [i, group] of asking.entries()) {
      to[group] = found.to[i]!
      distance[group] = found.distance[i]!
    }
    const gone = new Uint8Array(leaves)
    const touched = new Uint8Array(leaves)
    for (const [a, b] of pairsOf(active, to, distance)) {
      edges.push({ from: a, to: b, weight: distance[a]! })
      grouping.join(a, b)
      gone[b] = touched[a] = touched[b] = 1
    }
    active = active.filter((group) => gone[group] === 0)
    for (const group of active) if (touched[group] === 1 || touched[to[group]!] === 1) to[group] = -1
  }
  return edges
}

function* pairsOf(
  active: Int32Array,
  to: Int32Array,
  distance: Float64Array,
): Iterable<readonly [number, number]> {
  // Rounded distances may run in a ring of near ties: the shortest edge of all is joined in any case.
  let shortest = active[0]!
  for (const group of active) if (distance[group]! < distance[shortest]!) shortest = group
  const other = to[shortest]!
  yield [shortest, other]
  for (const a of active) {
    const b = to[a]!
    if (to[b] !== a || a > b) continue
    if (a !== shortest && a !== other && b !== shortest && b !== other) yield [a, b]
  }
}
