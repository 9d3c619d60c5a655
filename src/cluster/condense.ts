import type { Merges } from './merges.ts'

/**
 * The tree of clusters that are large enough: a row says that a point, or a smaller cluster,
 * left its parent at λ = 1/distance.
 * Points are 0…n−1, the root is n, clusters follow.
 */
export type Condensed = {
  readonly points: number
  readonly clusters: number
  readonly parent: readonly number[]
  readonly child: readonly number[]
  readonly lambda: readonly number[]
  readonly size: readonly number[]
}

type Rows = { parent: number[]; child: number[]; lambda: number[]; size: number[] }

/** Campello, Moulavi and Sander 2013: a split is true only when both sides have the smallest size. */
export function condense(merges: Merges, smallest: number): Condensed {
  const points = merges.left.length + 1
  const sizeOf = (node: number) => (node < points ? 1 : merges.size[node - points]!)
  const rows: Rows = { parent: [], child: [], lambda: [], size: [] }
  let next = points + 1
  type Place = { readonly node: number; readonly cluster: number }
  /** The sides that live on: as themselves when both are large, as their parent when one is. */
  const split = ({ node, cluster }: Place): readonly Place[] => {
    const merge = node - points
    const lambda = 1 / merges.distance[merge]!
    const sides = [merges.left[merge]!, merges.right[merge]!]
    const large = sides.filter((side) => sizeOf(side) >= smallest)
    for (const leaf of sides
      .filter((side) => !large.includes(side))
      .flatMap((side) => leavesOf(merges, side)))
      put(rows, cluster, { child: leaf, lambda, size: 1 })
    if (large.length === 1) return [{ node: large[0]!, cluster }]
    return large.map((side) => {
      put(rows, cluster, { child: next, lambda, size: sizeOf(side) })
      return { node: side, cluster: next++ }
    })
  }
  let level: readonly Place[] = [{ node: 2 * points - 2, cluster: points }]
  while (level.length > 0) level = level.filter(({ node }) => node >= points).flatMap(split)
  return { points, clusters: next - points, ...rows }
}

type Leaving = { readonly child: number; readonly lambda: number; readonly size: number }

function put(rows: Rows, parent: number, { child, lambda, size }: Leaving): void {
  rows.parent.push(parent)
  rows.child.push(child)
  rows.lambda.push(lambda)
  rows.size.push(size)
}

function leavesOf(merges: Merges, node: number): number[] {
  const points = merges.left.length + 1
  const leaves: number[] = []
  const open = [node]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at < points) leaves.push(at)
    else open.push(merges.right[at - points]!, merges.left[at - points]!)
  }
  return leaves
}
