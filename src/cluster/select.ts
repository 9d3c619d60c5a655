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
  const isChosen = all.map((c) => c > 0)
  // Children have larger numbers than their parents: from the leaves to the root.
  for (const cluster of all.toReversed().filter((c) => c > 0)) {
    const below = children[cluster]!.reduce((sum, child) => sum + stability[child]!, 0)
    if (below > stability[cluster]!) {
      isChosen[cluster] = false
      stability[cluster] = below
    } else for (const under of descendantsOf(children, cluster)) isChosen[under] = false
  }
  return all.filter((c) => isChosen[c])
}

export function childrenOf(tree: Condensed): readonly number[][] {
  const children: number[][] = Array.from({ length: tree.clusters }, () => [])
  for (const [i, child] of tree.child.entries()) {
    if (child >= tree.points) children[tree.parent[i]! - tree.points]!.push(child - tree.points)
  }
  return children
}

function* descendantsOf(children: readonly number[][], cluster: number): Iterable<number> {
  const open = [...children[cluster]!]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    yield at
    open.push(...children[at]!)
  }
}
