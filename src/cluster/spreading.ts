import { matrix, rowOf, type Matrix } from '../math/index.ts'
import { neighbourGraph, spread } from './graph.ts'
import { bestTwo } from './rows.ts'
import { concludeShares, prototypesFrom, scoresOf, sharesInto, unitsOf } from './shares.ts'
import type { Method, Round } from './space.ts'

export const neighboursOfGraph = 10
/** α: how much a share comes from the neighbours; 0.99 of the paper assumes labels without error. */
const fromNeighbours = 0.9
const spreadings = 30

/** Label spreading (Zhou, Bousquet, Lal, Weston and Schölkopf 2004): F ← α·S·F + (1 − α)·Y. */
export const spreading: Method = {
  says: 'first guesses spread along nearest neighbours until they settle',
  run: async (space, clusters, o) => {
    const level = unitsOf(space, clusters)
    const scores = await scoresOf(space, level, { ...o, prototypes: null })
    const first = sharesInto(space, level, { scores, temperature: o.temperature })
    const graph = await neighbourGraph(level.rows, Math.min(neighboursOfGraph, first.rows - 1), o)
    const history: Round[] = []
    let shares: Matrix = first
    for (let t = 1; t <= spreadings; t++) {
      const near = spread(graph, shares)
      const next = matrix(first.rows, first.columns)
      for (let i = 0; i < next.data.length; i++)
        next.data[i] = fromNeighbours * near.data[i]! + (1 - fromNeighbours) * first.data[i]!
      const changed = changedShare(shares, next)
      history.push({ step: `spreading ${t}`, moved: 0, changed })
      shares = next
    }
    const prototypes = prototypesFrom(space, { level, shares: normalised(shares) })
    return concludeShares(space, { level, shares }, { ...o, prototypes, history })
  },
}

/** Rows that sum to one. */
export function normalised(shares: Matrix): Matrix {
  for (let i = 0; i < shares.rows; i++) {
    const row = rowOf(shares, i)
    const sum = row.reduce((total, x) => total + x, 0)
    if (sum > 0) for (let c = 0; c < row.length; c++) row[c]! /= sum
  }
  return shares
}

export function changedShare(before: Matrix, now: Matrix): number {
  let changed = 0
  for (let i = 0; i < now.rows; i++)
    changed += Number(bestTwo(rowOf(before, i))[0] !== bestTwo(rowOf(now, i))[0])
  return changed / now.rows
}
