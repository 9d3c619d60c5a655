// A transductive mixture in the manner of TransCLIP (Zanella, Gérin and Ben Ayed 2024) and StatA (2025):
// classes are directions, names are the prior, neighbours agree, and a direction is held to where its name
// first put it.
import { neighbourGraph, spread } from './graph.ts'
import { priorOf } from './presence.ts'
import { movedBetween } from './refine.ts'
import { concludeShares, prototypesFrom, scoresOf, sharesInto, unitsOf } from './shares.ts'
import { changedShare, neighboursOfGraph } from './spreading.ts'
import type { Method, Round } from './space.ts'

/** How much the mean share of the neighbours counts, in deviations of the scores. */
const smoothing = 3
/** How much the classes' estimated frequency counts: at 0 absent classes keep a third of the images. */
const priorWeight = 1
/** An anchor weighs as much as this many images: a class that wins fewer hardly moves. */
const anchorImages = 10
const roundsOfMixture = 2

export const mixture: Method = {
  says: 'names are the prior of a mixture; neighbours agree, and classes that win nothing stay put',
  run: async (space, clusters, o) => {
    const level = unitsOf(space, clusters)
    const graph = await neighbourGraph(level.rows, Math.min(neighboursOfGraph, level.rows.rows - 1), o)
    const first = await scoresOf(space, level, { ...o, prototypes: null })
    let shares = sharesInto(space, level, { scores: first, temperature: o.temperature })
    const anchors = prototypesFrom(space, { level, shares })
    let prototypes = anchors
    const history: Round[] = []
    for (let t = 1; t <= roundsOfMixture * o.rounds; t++) {
      const scores = await scoresOf(space, level, { ...o, prototypes })
      const near = spread(graph, shares)
      for (let i = 0; i < scores.data.length; i++) scores.data[i]! += smoothing * near.data[i]!
      const prior = priorOf(scores, level.sizes, o.temperature)
      for (let i = 0; i < scores.data.length; i++)
        scores.data[i]! += o.temperature * priorWeight * Math.log(prior[i % prior.length]! + 1e-8)
      const next = sharesInto(space, level, { scores, temperature: o.temperature })
      const held = prototypesFrom(space, { level, shares: next }, { at: anchors, images: anchorImages })
      history.push({
        step: `mixture ${t}`,
        moved: movedBetween(prototypes, held),
        changed: changedShare(shares, next),
      })
      ;[shares, prototypes] = [next, held]
    }
    return concludeShares(space, { level, shares }, { ...o, prototypes, history })
  },
}
