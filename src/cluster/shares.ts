import { matrix, rowOf, rowsBetween, type Matrix, type Tools } from '../math/index.ts'
import { conclude } from './conclude.ts'
import { imageLevel, levelOf, type Level } from './level.ts'
import { addShares, prototypesOf } from './refine.ts'
import { softmaxInto } from './rows.ts'
import { blockRows, scorerOf, type Scorer, type Voices } from './scores.ts'
import type { Annotation, Clusters, MethodOptions, Round, Space } from './space.ts'

/** Shares of classes held for each image up to here (80 MB), for each micro-cluster beyond. */
const numbersMost = 20_000_000
const imagesMost = 20_000

/** What a method holds shares of: images while they are few, micro-clusters beyond. */
export function unitsOf(space: Space, { micro }: Clusters): Level {
  const { rows } = space.images
  const areFew = rows <= imagesMost && rows * space.classNames.length <= numbersMost
  return areFew ? imageLevel(space) : levelOf(space, 'micro', micro)
}

/** All scores of a level, [groups, classes]. */
export async function scoresOf(
  space: Space,
  level: Level,
  voices: Voices & Pick<Tools, 'matmul'>,
): Promise<Matrix> {
  const scorer = await scorerOf(space, level, voices)
  const groups = level.sizes.length
  const all = matrix(groups, space.classNames.length)
  for (let from = 0; from < groups; from += blockRows) {
    const some = await scorer(from, Math.min(from + blockRows, groups))
    all.data.set(some.data, from * all.columns)
  }
  return all
}

/** Softmax of each row, in place of the scores; an example's image belongs to its class. */
export function sharesInto(space: Space, level: Level, { scores, temperature }: ScoresAt): Matrix {
  for (let i = 0; i < scores.rows; i++) softmaxInto(rowOf(scores, i), temperature)
  holdExamplesInto(space, level, scores)
  return scores
}
type ScoresAt = { readonly scores: Matrix; readonly temperature: number }

export function holdExamplesInto(space: Space, level: Level, shares: Matrix): void {
  for (const [image, its] of space.examples) {
    const group = level.of[image]!
    if (level.sizes[group] === 1) rowOf(shares, group).fill(0)[its] = 1
  }
}

/** P_c = Σ_k γ(k, c) · size_k · group_k, of length one; an anchor counts as so many images. */
export function prototypesFrom(space: Space, { level, shares }: Shared, anchor?: Anchor): Matrix {
  const sums = matrix(shares.columns, space.images.columns)
  if (anchor) sums.data.set(anchor.at.data.map((x) => anchor.images * x))
  for (let i = 0; i < shares.rows; i++)
    addShares(sums, rowOf(shares, i), { direction: rowOf(level.rows, i), size: level.sizes[i]! })
  return prototypesOf(space, sums, null)
}

export type Anchor = { readonly at: Matrix; readonly images: number }
type Shared = { readonly level: Level; readonly shares: Matrix }
type Told = MethodOptions &
  Pick<Tools, 'matmul'> & { readonly prototypes: Matrix; readonly history: readonly Round[] }

/** Labels by the shares of the units: an image by its own, or by its cluster's beside its own scores. */
export async function concludeShares(space: Space, { level, shares }: Shared, o: Told): Promise<Annotation> {
  const { prototypes, history, temperature } = o
  const end = { prototypes, history, temperature }
  if (level.clusters === 0) {
    const ownScores: Scorer = async (from, to) => logOf(rowsBetween(shares, from, to), temperature)
    return conclude(space, ownScores, { ...end, alignment: null })
  }
  const scorer = await scorerOf(space, imageLevel(space), o)
  const alignment = rowsBetween(shares, 0, level.clusters)
  return conclude(space, withCluster(scorer, { level, shares, temperature }), { ...end, alignment })
}

const logOf = (shares: Matrix, temperature: number): Matrix =>
  matrix(
    shares.rows,
    shares.columns,
    shares.data.map((share) => temperature * Math.log(share + 1e-12)),
  )

/** An image speaks for itself and with its cluster: log γ is added to its own score. */
export function withCluster(
  scorer: Scorer,
  { level, shares, temperature }: Shared & { readonly temperature: number },
): Scorer {
  return async (from, to) => {
    const scores = await scorer(from, to)
    for (let i = from; i < to; i++) {
      const row = rowOf(scores, i - from)
      const its = rowOf(shares, level.of[i]!)
      for (let c = 0; c < row.length; c++) row[c]! += temperature * Math.log(its[c]! + 1e-12)
    }
    return scores
  }
}
