import type { Condensed } from './condense.ts'

export type Selection = 'excess of mass' | 'leaf'

/** Σ (λ at which a child left − λ at which the cluster was born) × size, of each cluster. */
export function stabilities(tree: Condensed): Float64Array {
  const born = new Float64Array(tree.clusters)
  for (const [i, child] of tree.child.entries()) {
    if (child >= tree.points) born[child - tree.points] = tree.lambda[i]!
  }
  const stability = new Float64Array(tree.clusters)
  for (const [i, parent] of tree.parent.entries()) {
    const cluster = parent - tree.points
    stability[cluster]! += (tree.lambda[i]! - born[cluster]!) * tree.size[i]!
  }
  return stability
}

/** The clusters chosen, ascending, as numbers from 0 (the root). */
export function selectClusters(tree: Condensed, by: Selection): readonly number[] {
  const children = childrenOf(tree)
  const all = Array.from({ length: tree.clusters }, (_, i) => i)
  if (by === 'leaf') return all.filter((c) => c > 0 && children[c]!.length === 0)
  const stability = stabilities(tree)
  const wins = new Uint8Array(tree.clusters)
  // Children have larger numbers than their parents: from the leaves to the root, the root never.
  for (let cluster = tree.clusters - 1; cluster > 0; cluster--) {
    const below = children[cluster]!.reduce((sum, child) => sum + stability[child]!, 0)
    if (below > stability[cluster]!) stability[cluster] = below
    else wins[cluster] = 1
  }
  // And back: what lies within a winner is part of it. Cleared by each winner, chains took far longer.
  const isWithin = new Uint8Array(tree.clusters)
  for (const cluster of all)
    for (const child of children[cluster]!) isWithin[child] = isWithin[cluster]! | wins[cluster]!
  return all.filter((c) => wins[c] === 1 && isWithin[c] === 0)
}

function childrenOf(tree: Condensed): readonly number[][] {
  const children: number[][] = Array.from({ length: tree.clusters }, () => [])
  for (const [i, child] of tree.child.entries()) {
    if (child >= tree.points) children[tree.parent[i]! - tree.points]!.push(child - tree.points)
  }
  return children
}
