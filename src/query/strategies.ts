import { namesOf } from '../base/index.ts'
import { bait } from './bait.ts'
import { classBalanced, stratified } from './balanced.ts'
import { batchBald } from './batch-bald.ts'
import { clue, dropQuery, unsureOfEach } from './clustered.ts'
import { coveringMargin, doubtHerding, maxHerding, probCover, uHerding } from './coverage.ts'
import { denseAndUnsure } from './dense.ts'
import { determinantal } from './dpp.ts'
import { farthestFirst } from './k-center.ts'
import { bestFirst, shuffled } from './order.ts'
import { refine } from './refine.ts'
import { sampled, type Rank } from './sampled.ts'
import { scores, type Score, type Weights } from './scores.ts'
import { badge, spreadByChance } from './seeding.ts'
import { typicalFirst } from './typical.ts'

/** What a pool must hold; `likeness` is its embeddings, or else their products and nearest distances. */
export type Need = 'embeddings' | 'likeness' | 'probabilities' | 'ensemble' | 'masked'

/** What no head has to be known for. */
export const isOfImages = (need: Need): boolean => need === 'embeddings' || need === 'likeness'

/** A way to choose: places, the best first; at least as many as asked for, where it can tell them apart. */
export type Strategy = {
  readonly says: string
  readonly needs: readonly Need[]
  readonly rank: Rank<{ readonly weights: Weights }>
}

const byScore = ({ says, needs, of, reason }: Score): Strategy => ({
  says,
  needs,
  rank: async (pool, { weights }, { random }) => ({
    order: bestFirst(of(pool, weights), random),
    reason: (index) => reason(pool, index),
  }),
})

export const strategies = {
  random: {
    says: 'drawn by chance, which measures without a bias',
    needs: [],
    rank: async (pool, _, { random }) => ({
      order: shuffled(pool.ids.length, random),
      reason: () => 'drawn by chance',
    }),
  },
  typical: {
    says: 'typical of many similar images that have no label yet',
    needs: ['embeddings'],
    rank: sampled(typicalFirst),
  },
  uherding: {
    says: 'stands for many similar images that the model is unsure of',
    needs: ['likeness', 'probabilities'],
    rank: sampled(uHerding),
  },
  doubtherding: {
    says: 'stands for many similar images that the model is very unsure of',
    needs: ['likeness', 'probabilities'],
    rank: sampled(doubtHerding),
  },
  margin: byScore(scores.margin),
  'covering-margin': {
    says: 'the closest calls, one for each group of similar images',
    needs: ['embeddings', 'probabilities'],
    rank: sampled(coveringMargin),
  },
  'least-confidence': byScore(scores['least-confidence']),
  entropy: byScore(scores.entropy),
  'variation-ratio': byScore(scores['variation-ratio']),
  bald: byScore(scores.bald),
  disagreement: byScore(scores.disagreement),
  combined: byScore(scores.combined),
  'cost-aware': byScore(scores['cost-aware']),
  'batch-bald': {
    says: 'together their answers would tell most about which of several heads is right',
    needs: ['ensemble'],
    rank: batchBald,
  },
  'k-center': {
    says: 'far from everything that has a label or is asked about',
    needs: ['embeddings'],
    rank: farthestFirst,
  },
  'k-means++': {
    says: 'drawn by chance, the likelier the farther from all others',
    needs: ['embeddings'],
    rank: spreadByChance,
  },
  maxherding: {
    says: 'stands for many similar images that have no label yet',
    needs: ['likeness'],
    rank: sampled(maxHerding),
  },
  probcover: {
    says: 'covers the most images within the distance at which kinds stay pure',
    needs: ['embeddings'],
    rank: sampled(probCover),
  },
  badge: {
    says: 'their answers would move the model far, and each in another direction',
    needs: ['embeddings', 'probabilities'],
    rank: badge,
  },
  bait: {
    says: 'their answers would make the model least wrong over the whole pool',
    needs: ['embeddings', 'probabilities'],
    rank: sampled(bait),
  },
  clue: {
    says: 'in the middle of groups of unsure images',
    needs: ['embeddings', 'probabilities'],
    rank: sampled(clue),
  },
  dropquery: {
    says: 'the guess changes when parts of the picture’s numbers are hidden',
    needs: ['embeddings', 'probabilities', 'masked'],
    rank: sampled(dropQuery),
  },
  density: {
    says: 'unsure, and much like all others',
    needs: ['embeddings', 'probabilities'],
    rank: denseAndUnsure,
  },
  dpp: {
    says: 'unsure images that differ from one another',
    needs: ['embeddings', 'probabilities'],
    rank: sampled(determinantal),
  },
  clusters: {
    says: 'the closest call of each of as many groups as questions',
    needs: ['embeddings', 'probabilities'],
    rank: sampled(unsureOfEach),
  },
  'class-balanced': {
    says: 'perhaps of the classes that have the fewest labels',
    needs: ['probabilities'],
    rank: classBalanced,
  },
  stratified: {
    says: 'drawn by chance from each guessed class, by its share',
    needs: ['probabilities'],
    rank: stratified,
  },
  refine: {
    says: 'favourites of several strategies that stand for many unsure images',
    needs: ['embeddings', 'probabilities', 'masked'],
    rank: sampled(refine),
  },
} satisfies Record<string, Strategy>

export type StrategyName = keyof typeof strategies
export const strategyNames = namesOf(strategies)
