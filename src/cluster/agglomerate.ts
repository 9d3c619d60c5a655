import { namesOf } from '../base/index.ts'
import { aroundMean, type Matrix, type Tools } from '../math/index.ts'
import { averageCosine, groupingByMeans, ward } from './grouping-by-means.ts'
import { groupingByMembers } from './grouping-by-members.ts'
import { joinNearest } from './join-nearest.ts'
import { mergesOf, type Edge, type Merges } from './merges.ts'
import { exactNeighbours } from './exact-neighbours.ts'
import { spanningTree } from './spanning-tree.ts'

type Multiply = Pick<Tools, 'matmul'>
export type Linkage = {
  readonly says: string
  /** Rows and how many images each stands for; edges in any order. */
  readonly join: (rows: Matrix, sizes: Float64Array, tools: Multiply) => Promise<readonly Edge[]>
}

export const linkages = {
  ward: {
    says: 'joins what adds least to the squared distances from the means',
    join: (rows, sizes, tools) =>
      joinNearest(rows.rows, groupingByMeans(aroundMean(rows), sizes, { ...tools, far: ward })),
  },
  average: {
    says: 'joins what is nearest on average, by cosine; rows have length one',
    join: (rows, sizes, tools) =>
      joinNearest(rows.rows, groupingByMeans(rows, sizes, { ...tools, far: averageCosine })),
  },
  'average distance': {
    says: 'joins what is nearest on average, by distance; every pair is measured again: for thousands of rows',
    join: (rows, sizes, tools) =>
      joinNearest(rows.rows, groupingByMembers(aroundMean(rows), sizes, { ...tools, by: 'mean' })),
  },
  complete: {
    says: 'joins what is nearest at its farthest; every pair is measured again: for thousands of rows',
    join: (rows, sizes, tools) =>
      joinNearest(rows.rows, groupingByMembers(aroundMean(rows), sizes, { ...tools, by: 'largest' })),
  },
  single: {
    says: 'joins what is nearest at its nearest: chains stay together',
    join: async (rows, _sizes, tools) => {
      const near = await exactNeighbours(rows, 16, tools)
      return spanningTree(rows, { core: new Float64Array(rows.rows), near, tools })
    },
  },
} satisfies Record<string, Linkage>
export type LinkageName = keyof typeof linkages
export const linkageNames = namesOf(linkages)

/** All merges from single rows to one group; `cut` takes as many groups from them as wanted. */
export async function agglomerate(
  rows: Matrix,
  o: { readonly linkage: LinkageName; readonly sizes?: Float64Array },
  tools: Multiply,
): Promise<Merges> {
  const sizes = o.sizes ?? new Float64Array(rows.rows).fill(1)
  return mergesOf(await linkages[o.linkage].join(rows, sizes, tools))
}
