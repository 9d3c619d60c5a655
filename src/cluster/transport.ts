// Class-balanced optimal transport (Cuturi 2013): of all ways to hand the images to the classes, the one that
// pleases the scores most while classes get equal parts. How firmly is the guard's: where few classes occur,
// equal parts would be forced upon those that do not.
import { matrix, placeOfLargest, rowOf, sumOf, type Matrix } from '../math/index.ts'
import { presenceOf, priorOf } from './presence.ts'
import { movedBetween } from './refine.ts'
import { softmaxInto } from './rows.ts'
import { concludeShares, holdExamplesInto, prototypesFrom, scoresOf, unitsOf } from './shares.ts'
import type { Method, Round } from './space.ts'

const sinkhornRounds = 50
/** Equal parts are wished for, not demanded: Caltech-101's largest class is 26 times its smallest. */
const firmness = 0.5

export const transport: Method = {
  says: 'images are handed out so that classes get like parts, as far as all classes seem to be there',
  run: async (space, clusters, o) => {
    const level = unitsOf(space, clusters)
    const history: Round[] = []
    let prototypes: Matrix | null = null
    let shares = matrix(0, 0)
    let classOf = new Int32Array(0)
    for (let t = 0; t <= o.rounds; t++) {
      const scores = await scoresOf(space, level, { ...o, prototypes })
      const firm = firmness * presenceOf(priorOf(scores, level.sizes, o))
      shares = balanced(scores, level.sizes, { temperature: o.temperature, firm })
      holdExamplesInto(space, level, shares)
      const next = prototypesFrom(space, { level, shares })
      const now = Int32Array.from({ length: shares.rows }, (_, i) => placeOfLargest(rowOf(shares, i)))
      const changed = now.reduce((sum, c, i) => sum + Number(c !== classOf[i]), 0) / now.length
      const moved = prototypes ? movedBetween(prototypes, next) : 1
      history.push({ step: `transport ${t + 1}`, moved, changed })
      ;[prototypes, classOf] = [next, now]
    }
    return concludeShares(space, { level, shares }, { ...o, prototypes: prototypes!, history })
  },
}

/**
 * Sinkhorn's rounds: columns are scaled to (equal part / their part)^firm, rows to one.
 * firm 1 demands equal parts, 0 is a softmax (unbalanced transport: Chizat et al. 2018).
 */
export function balanced(
  scores: Matrix,
  sizes: Float64Array,
  { temperature, firm }: { readonly temperature: number; readonly firm: number },
): Matrix {
  const shares = matrix(scores.rows, scores.columns, scores.data.slice())
  for (let i = 0; i < shares.rows; i++) softmaxInto(rowOf(shares, i), temperature)
  const all = sumOf(sizes)
  const scale = new Float64Array(shares.columns).fill(1)
  for (let round = 0; round < sinkhornRounds; round++) {
    const parts = new Float64Array(shares.columns)
    for (let i = 0; i < shares.rows; i++) {
      const row = rowOf(shares, i)
      const sum = weighted(row, scale)
      for (let c = 0; c < row.length; c++) parts[c]! += (sizes[i]! * row[c]!) / (sum * all)
    }
    for (const [c, part] of parts.entries()) scale[c] = (1 / (shares.columns * Math.max(part, 1e-12))) ** firm
  }
  for (let i = 0; i < shares.rows; i++) {
    const row = rowOf(shares, i)
    const sum = weighted(row, scale)
    for (let c = 0; c < row.length; c++) row[c] = (row[c]! * scale[c]!) / sum
  }
  return shares
}

function weighted(row: Float32Array, scale: Float64Array): number {
  let sum = 0
  for (let c = 0; c < row.length; c++) sum += row[c]! * scale[c]!
  return Math.max(sum, 1e-30)
}
