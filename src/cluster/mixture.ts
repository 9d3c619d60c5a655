// A transductive mixture in the manner of TransCLIP (Zanella, Gérin and Ben Ayed 2024) and StatA (2025):
// classes are directions, names are the prior, neighbours agree, and a direction is held to where its name
// first put it.
import { matrix, rowOf, type Matrix } from '../math/index.ts'
import { neighbours, type Neighbours } from './neighbours.ts'
import { presenceOf, priorOf } from './presence.ts'
import { movedBetween } from './refine.ts'
import { normaliseInto } from './rows.ts'
import { concludeShares, prototypesFrom, scoresOf, sharesInto, unitsOf } from './shares.ts'
import { changedShare } from './spreading.ts'
import type { Method, Round } from './space.ts'

/** How much the mean share of the nearest counts, in deviations of scores; 3 loses the small classes. */
const smoothing = 1.5
const nearest = 6
/**
 * Below this presence (Caltech-101's names: 0.27 with all of them there, 0.06 with four, 0.03 with one) the
 * first guesses lean to the frequent classes: with one class of 100, 15% right became 1% without that.
 */
const fewPresent = 0.2
/** The share of a prototype that stays where names first put it: left free, errors feed on themselves. */
const anchored = 0.5
/** Names are heard softly, for they err together; pictures, at half their temperature. */
const settling = 0.5
const roundsOfMixture = 2

export const mixture: Method = {
  says: 'names are the prior of a mixture; neighbours agree, and classes that win nothing stay put',
  run: async (space, clusters, o) => {
    const level = unitsOf(space, clusters)
    const near = await neighbours(level.rows, Math.min(nearest, level.rows.rows - 1), o)
    const first = await scoresOf(space, level, { ...o, prototypes: null })
    const prior = priorOf(first, level.sizes, o.temperature)
    addLogInto(first, prior, o.temperature * Math.max(0, 1 - presenceOf(prior) / fewPresent))
    let shares = sharesInto(space, level, { scores: first, temperature: o.temperature })
    const anchors = prototypesFrom(space, { level, shares })
    let prototypes = anchors
    const history: Round[] = []
    const temperature = settling * o.temperature
    for (let t = 1; t <= roundsOfMixture * o.rounds; t++) {
      const scores = await scoresOf(space, level, { ...o, prototypes, hold: 0 })
      const said = meansOfNear(near, shares)
      for (let i = 0; i < scores.data.length; i++) scores.data[i]! += smoothing * said.data[i]!
      addLogInto(scores, priorOf(scores, level.sizes, temperature), temperature)
      const next = sharesInto(space, level, { scores, temperature })
      const held = between(anchors, prototypesFrom(space, { level, shares: next }))
      history.push({
        step: `mixture ${t}`,
        moved: movedBetween(prototypes, held),
        changed: changedShare(shares, next),
      })
      ;[shares, prototypes] = [next, held]
    }
    return concludeShares(space, { level, shares }, { ...o, prototypes, history, temperature, hold: 0 })
  },
}

/** Part of the way from the anchors to where the images are. */
function between(anchors: Matrix, there: Matrix): Matrix {
  const at = matrix(anchors.rows, anchors.columns)
  for (let i = 0; i < at.data.length; i++)
    at.data[i] = anchored * anchors.data[i]! + (1 - anchored) * there.data[i]!
  for (let c = 0; c < at.rows; c++) normaliseInto(rowOf(at, c))
  return at
}

/** Of each row the mean share of its nearest. */
function meansOfNear({ k, ids }: Neighbours, shares: Matrix): Matrix {
  const means = matrix(shares.rows, shares.columns)
  for (let n = 0; n < ids.length; n++) {
    const mean = rowOf(means, Math.floor(n / k))
    const share = rowOf(shares, ids[n]!)
    for (let c = 0; c < mean.length; c++) mean[c]! += share[c]! / k
  }
  return means
}

/** scores += weight · log prior, of each row: frequent classes gain. */
function addLogInto(scores: Matrix, prior: Float64Array, weight: number): void {
  for (let i = 0; i < scores.data.length; i++)
    scores.data[i]! += weight * Math.log(prior[i % prior.length]! + 1e-8)
}
