// Names are turned, as one rigid body, to where the images put them: an orthogonal map from the space of text
// to that of images brings the names nearest to the prototypes they first won (Schönemann 1966). A class that
// won little is still put in its place by all the others.
import {
  addInto,
  aroundPoint,
  dot,
  lengthOf,
  matrix,
  meanRow,
  normaliseInto,
  rowOf,
  transposed,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import type { Level } from './level.ts'
import { movedBetween } from './refine.ts'
import { changedShare } from './spreading.ts'
import { concludeShares, prototypesFrom, scoresOf, sharesInto, unitsOf } from './shares.ts'
import type { Method, Round } from './space.ts'

/** A turned name counts as this share of a mean part of the images. */
const nameShare = 0.5
/** Newton and Schulz's steps to the orthogonal factor; singular values above 1e-3 of the largest arrive. */
const polarSteps = 24

export const procrustes: Method = {
  says: 'names are turned all together into the image space, to where the clusters they win are',
  run: async (space, clusters, o) => {
    const level = unitsOf(space, clusters)
    const first = await scoresOf(space, level, { ...o, prototypes: null })
    let shares = sharesInto(space, level, { scores: first, temperature: o.temperature })
    let prototypes = prototypesFrom(space, { level, shares })
    const history: Round[] = []
    for (let t = 1; t <= o.rounds; t++) {
      const masses = massesOf(shares, level)
      const turned = space.text ? await turnedNames(space.text, { prototypes, masses }, o) : prototypes
      const images = (nameShare * space.images.rows) / space.classNames.length
      const next = prototypesFrom(space, { level, shares }, { at: turned, images })
      const scores = await scoresOf(space, level, { ...o, prototypes: next })
      const now = sharesInto(space, level, { scores, temperature: o.temperature })
      const changed = changedShare(shares, now)
      history.push({ step: `procrustes ${t}`, moved: movedBetween(prototypes, next), changed })
      ;[shares, prototypes] = [now, next]
    }
    return concludeShares(space, { level, shares }, { ...o, prototypes, history })
  },
}

function massesOf(shares: Matrix, { sizes }: Level): Float64Array {
  const masses = new Float64Array(shares.columns)
  for (let i = 0; i < shares.rows; i++)
    for (const [c, share] of rowOf(shares, i).entries()) masses[c]! += share * sizes[i]!
  return masses
}

type Won = { readonly prototypes: Matrix; readonly masses: Float64Array }

/**
 * min over R orthogonal, s of Σ_c m_c · |s·(text_c − mean)·R + mean − P_c|². As many directions as classes
 * are turned at most: within the bases of both sides R is small, where 1,000 × 2,048 took a minute.
 */
async function turnedNames(
  text: Matrix,
  { prototypes, masses }: Won,
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<Matrix> {
  const [fromMean, toMean] = [meanRow(text, masses), meanRow(prototypes, masses)]
  const [from, to] = [aroundPoint(text, fromMean), aroundPoint(prototypes, toMean)]
  const [fromBase, toBase] = [basisOf(from), basisOf(to)]
  const [inFrom, inTo] = [await matmul(from, fromBase), await matmul(to, toBase)]
  const cross = await matmul(transposed(weightedRows(inFrom, masses)), transposed(inTo))
  const turn = await orthogonalFactor(cross, matmul)
  let [fit, size] = [0, 0]
  for (let i = 0; i < cross.data.length; i++) fit += cross.data[i]! * turn.data[i]!
  for (let c = 0; c < from.rows; c++) size += masses[c]! * dot(rowOf(from, c), rowOf(from, c))
  const scale = size > 0 ? fit / size : 0
  const turned = await matmul(await matmul(inFrom, transposed(turn)), transposed(toBase))
  for (let c = 0; c < turned.rows; c++) {
    const row = rowOf(turned, c)
    for (let j = 0; j < row.length; j++) row[j] = scale * row[j]! + toMean[j]!
    normaliseInto(row)
  }
  return turned
}

/** Orthonormal rows that span the rows given (Gram and Schmidt, subtracted twice for rounding's sake). */
function basisOf(rows: Matrix): Matrix {
  const longest = Math.max(...Array.from({ length: rows.rows }, (_, i) => lengthOf(rowOf(rows, i))))
  const basis: Float32Array[] = []
  for (let i = 0; i < rows.rows; i++) {
    const rest = rowOf(rows, i).slice()
    for (const known of [...basis, ...basis]) {
      addInto(rest, known, -dot(rest, known))
    }
    if (lengthOf(rest) <= 1e-4 * longest) continue
    normaliseInto(rest)
    basis.push(rest)
  }
  const whole = matrix(Math.max(1, basis.length), rows.columns)
  for (const [i, row] of basis.entries()) rowOf(whole, i).set(row)
  return whole
}

const weightedRows = (rows: Matrix, weights: Float64Array): Matrix =>
  matrix(
    rows.rows,
    rows.columns,
    rows.data.map((x, i) => x * weights[Math.floor(i / rows.columns)]!),
  )

/** U·Vᵀ of M = U·S·Vᵀ: X ← 1.5·X − 0.5·X·Xᵀ·X from M / |M| (Higham 1986). */
async function orthogonalFactor(m: Matrix, matmul: Tools['matmul']): Promise<Matrix> {
  const size = lengthOf(m.data)
  if (size === 0) return m
  let x = matrix(
    m.rows,
    m.columns,
    m.data.map((value) => value / size),
  )
  for (let step = 0; step < polarSteps; step++) {
    const cube = await matmul(await matmul(x, x), transposed(x)) // X·Xᵀ·X
    x = matrix(
      x.rows,
      x.columns,
      x.data.map((value, i) => 1.5 * value - 0.5 * cube.data[i]!),
    )
  }
  return x
}
