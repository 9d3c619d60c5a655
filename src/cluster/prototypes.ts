import { rowsBetween } from '../math/index.ts'
import type { Matrix } from '../math/index.ts'
import { conclude } from './conclude.ts'
import { imageLevel, levelOf, type Level } from './level.ts'
import { refineAt, type Refined } from './refine.ts'
import { scorerOf } from './scores.ts'
import { withCluster } from './shares.ts'
import type { Clusters, Method, Round, Space } from './space.ts'

/** Fewer groups than this for each class cannot show where it ends: images then move prototypes too. */
const groupsOfClass = 2

/** Prototypes begin as class names, then move: over meta-clusters, micro-clusters, and images if need be. */
export const prototypes: Method = {
  says: 'class names become prototypes that move to the middle of the clusters they win',
  run: async (space, clusters, o) => {
    const { matmul } = o
    const history: Round[] = []
    let from: Matrix | null = null
    let last: Refined | null = null
    const levels = levelsOf(space, clusters)
    for (const level of levels) {
      last = await refineAt(space, level, { ...o, from })
      from = last.prototypes
      history.push(...last.history)
    }
    const micro = levels.find((level) => level.name === 'micro')!
    const scorer = await scorerOf(space, imageLevel(space), { prototypes: from, hold: o.hold, matmul })
    const isByCluster = last!.shares !== null
    const voices = { level: micro, shares: last!.shares!, temperature: o.temperature }
    return conclude(space, isByCluster ? withCluster(scorer, voices) : scorer, {
      temperature: o.temperature,
      prototypes: from!,
      history,
      alignment: isByCluster ? rowsBetween(last!.shares!, 0, micro.clusters) : null,
    })
  },
}

function levelsOf(space: Space, { meta, micro }: Clusters): readonly Level[] {
  const fine = levelOf(space, 'micro', micro)
  const coarse = meta ? [levelOf(space, 'meta', meta)] : []
  const isTooCoarse = fine.sizes.length < groupsOfClass * space.classNames.length
  return [...coarse, fine, ...(isTooCoarse ? [imageLevel(space)] : [])]
}
