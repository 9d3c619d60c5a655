import { placeOfLargest, rowOf, type Matrix } from '../math/index.ts'
import { graphOf, spreadOnce } from './graph.ts'
import { sumToOneInto } from './rows.ts'
import { asSeen, prototypesIn } from './seen.ts'
import { concludeShares, scoresOf, sharesInto, unitsOf } from './shares.ts'
import type { Method, Round } from './space.ts'

const spreadings = 30

export const spreading: Method = {
  says: 'first guesses spread along nearest neighbours until they settle',
  run: async (given, clusters, o) => {
    const seen = await asSeen(given, unitsOf(given, clusters), o)
    const { space, level, near } = seen
    const scores = await scoresOf(space, level, { ...o, prototypes: null })
    const first = sharesInto(space, level, { scores, temperature: o.temperature })
    const graph = graphOf(near, first.rows)
    const history: Round[] = []
    let shares: Matrix = first
    for (let t = 1; t <= spreadings; t++) {
      const next = spreadOnce(graph, shares, first)
      const changed = changedShare(shares, next)
      history.push({ step: `spreading ${t}`, moved: 0, changed })
      shares = next
    }
    const prototypes = prototypesIn(given, seen, sumToOneInto(shares))
    return concludeShares(space, { level, shares }, { ...o, prototypes, history })
  },
}

export function changedShare(before: Matrix, now: Matrix): number {
  let changed = 0
  for (let i = 0; i < now.rows; i++)
    changed += Number(placeOfLargest(rowOf(before, i)) !== placeOfLargest(rowOf(now, i)))
  return changed / now.rows
}
