// A transductive mixture in the manner of TransCLIP (Zanella, Gérin and Ben Ayed 2024) and StatA (2025):
// classes are directions, names are the prior, neighbours agree, and a direction is held to where its name
// first put it.
import { matrix, normaliseInto, rowOf, type Matrix, type Tools } from '../math/index.ts'
import { graphOf, spreadOnce } from './graph.ts'
import type { Neighbours } from './neighbours.ts'
import { presenceOf, priorOf } from './presence.ts'
import { movedBetween } from './refine.ts'
import { sumToOneInto } from './rows.ts'
import { asSeen, prototypesIn, type Seen } from './seen.ts'
import { concludeShares, holdExamplesInto, prototypesFrom, scoresOf, sharesInto, unitsOf } from './shares.ts'
import { changedShare } from './spreading.ts'
import type { Method, MethodOptions, Round } from './space.ts'

/**
 * In deviations of scores: how softly pictures are heard, how much the mean share of the nearest counts, and
 * how much the frequency of classes. At none of it Caltech-101 from one example a class falls from 81 to 69%.
 */
const temperature = 0.5
const smoothing = 2
const frequency = 0.25
/** Neighbours asked, and fewer where classes are smaller than twice as many: others' images would outvote. */
const nearest = 10
const nearestLeast = 2
/**
 * Below this presence few classes seem to be there (Caltech-101's names: 0.27 with all, 0.01 to 0.10 with one
 * or two): then no prototype may move, for without others beside it each is as good as another.
 */
const fewPresent = 0.15
/** The share of a prototype that stays where names first put it: left free, errors feed on themselves. */
const anchored = 0.5
const roundsOfMixture = 2
/** From the round before, the frequencies of classes have not far to go. */
const roundsOfPrior = 6
/** What was said of an image by those near it, where its examples say nothing of a class. */
const unsaid = 1e-4
const spreadings = 20

export const mixture: Method = {
  says: 'names or examples are where a mixture begins; neighbours agree, and frequent classes gain',
  run: async (given, clusters, o) => {
    const seen = await asSeen(given, unitsOf(given, clusters), o)
    const { shares, areFew, asked } = await firstGuesses(seen, o)
    const { space, level } = seen
    const first = { shares, prototypes: prototypesFrom(space, { level, shares }), history: [] }
    const end = areFew ? first : await settled(seen, first, { ...o, asked })
    const found = await concludeShares(space, { level, ...end }, { ...o, ...end, temperature, hold: 0 })
    return { ...found, prototypes: prototypesIn(given, seen, end.shares) }
  },
}

type State = {
  readonly shares: Matrix
  readonly prototypes: Matrix
  readonly history: readonly Round[]
}

/** Shares move prototypes, and prototypes shares. */
async function settled({ space, level, near }: Seen, first: State, o: Asking): Promise<State> {
  let { shares, prototypes } = first
  let prior: Float64Array = new Float64Array(shares.columns).fill(1 / shares.columns)
  const history: Round[] = []
  const held = space.text ? anchored : 0
  for (let t = 1; t <= roundsOfMixture * o.rounds; t++) {
    const scores = await scoresOf(space, level, { ...o, prototypes, hold: 0, examples: 'held' })
    const said = meansOfNear(near, shares, o.asked)
    for (let i = 0; i < scores.data.length; i++) scores.data[i]! += smoothing * said.data[i]!
    prior = priorOf(scores, level.sizes, { temperature, from: revived(prior), rounds: roundsOfPrior })
    addLogInto(scores, prior, frequency)
    const next = sharesInto(space, level, { scores, temperature })
    const there = between(first.prototypes, prototypesFrom(space, { level, shares: next }), held)
    const moved = movedBetween(prototypes, there)
    history.push({ step: `mixture ${t}`, moved, changed: changedShare(shares, next) })
    ;[shares, prototypes] = [next, there]
  }
  return { shares, prototypes, history }
}

type First = { readonly shares: Matrix; readonly areFew: boolean; readonly asked: number }
type Asking = MethodOptions & Tools & { readonly asked: number }

/**
 * By names and examples as they are, and by what spreads from examples along nearest neighbours. Where few of
 * the names occur, neighbours are asked what they hear, and classes that come first nowhere are left out.
 */
async function firstGuesses(seen: Seen, o: MethodOptions & Tools): Promise<First> {
  const { space, level, near } = seen
  const heard = { temperature: o.temperature }
  let scores = await scoresOf(space, level, { ...o, prototypes: null })
  const isAsked = space.text !== null && space.examples.size === 0 && o.isGuarded !== false
  const presence = presenceOf(priorOf(scores, level.sizes, heard))
  const areFew = isAsked && presence < fewPresent
  const ofClass = scores.rows / (presence * scores.columns)
  const asked = Math.min(nearest, Math.max(nearestLeast, Math.round(ofClass / 2)))
  if (areFew) {
    scores = withNear(near, scores)
    addLogInto(scores, priorOf(scores, level.sizes, heard), o.temperature)
  }
  const shares = sharesInto(space, level, { scores, ...heard })
  if (space.examples.size > 0) {
    const said = spreadFromExamples(seen, shares.columns)
    for (let i = 0; i < shares.data.length; i++) shares.data[i]! *= said.data[i]! + unsaid
    holdExamplesInto(space, level, sumToOneInto(shares))
  }
  return { shares, areFew, asked }
}

/** The mean of a row's scores and those of its nearest. */
function withNear(near: Neighbours, scores: Matrix): Matrix {
  const means = meansOfNear(near, scores, nearest)
  const others = Math.min(near.k, nearest)
  for (let i = 0; i < means.data.length; i++)
    means.data[i] = (others * means.data[i]! + scores.data[i]!) / (others + 1)
  return means
}

function spreadFromExamples({ space, level, near }: Seen, classes: number): Matrix {
  const first = matrix(level.sizes.length, classes)
  for (const [image, its] of space.examples) rowOf(first, level.of[image]!)[its]! += 1
  const graph = graphOf(near, first.rows)
  let shares: Matrix = first
  for (let t = 0; t < spreadings; t++) shares = spreadOnce(graph, shares, first)
  return sumToOneInto(shares)
}

/** A class that died out in one round may come back in the next. */
const revived = (prior: Float64Array): Float64Array => prior.map((p) => 0.99 * p + 0.01 / prior.length)

/** Part of the way from the anchors to where the images are. */
function between(anchors: Matrix, there: Matrix, held: number): Matrix {
  const at = matrix(anchors.rows, anchors.columns)
  for (let i = 0; i < at.data.length; i++) at.data[i] = held * anchors.data[i]! + (1 - held) * there.data[i]!
  for (let c = 0; c < at.rows; c++) normaliseInto(rowOf(at, c))
  return at
}

/** Of each row the mean share of its nearest. */
function meansOfNear({ k, ids }: Neighbours, shares: Matrix, asked: number): Matrix {
  const means = matrix(shares.rows, shares.columns)
  const few = Math.min(k, asked)
  for (let i = 0; i < means.rows; i++) {
    const mean = rowOf(means, i)
    for (let n = i * k; n < i * k + few; n++) {
      const share = rowOf(shares, ids[n]!)
      for (let c = 0; c < mean.length; c++) mean[c]! += share[c]! / few
    }
  }
  return means
}

/** scores += weight · log prior, of each row: frequent classes gain. */
function addLogInto(scores: Matrix, prior: Float64Array, weight: number): void {
  for (let i = 0; i < scores.data.length; i++)
    scores.data[i]! += weight * Math.log(prior[i % prior.length]! + 1e-8)
}
