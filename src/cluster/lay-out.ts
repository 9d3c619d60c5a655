import {
  matrix,
  rowOf,
  rowsOf,
  shuffleInto,
  squaredLengths,
  tiles,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import { neighbours } from './neighbours.ts'
import { settleInto, spreadOut, type Settling } from './settle.ts'
import { strengthsOf, tiesOf, type Near } from './strengths.ts'

export type LayOutOptions = {
  /** Where the descent begins: a plane through the rows, such as their first two principal directions. */
  readonly start: (row: number) => readonly [number, number]
  readonly breathe: Settling['breathe']
  /** So many rows are laid out by their own neighbours; the rest stands among those that it resembles. */
  readonly landmarksMost?: number
}

const usualLandmarks = 8000
const neighboursAsked = 15
const anchorsAsked = 8
const epochs = 300
const epochsOfRest = 30

/** [rows, 2]: a map on which rows that resemble each other stand together. */
export async function layOut(rows: Matrix, o: LayOutOptions, tools: Tools): Promise<Matrix> {
  const { breathe } = o
  const { random } = tools
  if (rows.rows < 3)
    return startOf(
      Int32Array.from({ length: rows.rows }, (_, i) => i),
      o.start,
    )
  const drawn = landmarksOf(rows.rows, o.landmarksMost ?? usualLandmarks, tools)
  const landmarks = drawn.length === rows.rows ? rows : rowsOf(rows, drawn)
  const ties = tiesOf(await neighbours(landmarks, Math.min(neighboursAsked, landmarks.rows - 1), tools))
  const at = spreadOut(startOf(drawn, o.start), random)
  await settleInto(at, { ties, others: at, epochs, step: 1, random, breathe })
  if (drawn.length === rows.rows) return at
  return withRest({ rows, drawn, landmarks, at }, o, tools)
}

/** Ascending. */
function landmarksOf(count: number, most: number, { random }: Tools): Int32Array {
  const all = Int32Array.from({ length: count }, (_, row) => row)
  return count <= most ? all : shuffleInto(all, random).slice(0, most).sort()
}

function startOf(drawn: Int32Array, start: LayOutOptions['start']): Matrix {
  const points = matrix(drawn.length, 2)
  drawn.forEach((row, i) => points.data.set(start(row), 2 * i))
  return points
}

type Laid = {
  readonly rows: Matrix
  readonly drawn: Int32Array
  readonly landmarks: Matrix
  readonly at: Matrix
}

/** Every other row begins in the midst of the landmarks it resembles, and is moved among them a little. */
async function withRest(
  { rows, drawn, landmarks, at }: Laid,
  o: LayOutOptions,
  tools: Tools,
): Promise<Matrix> {
  const isDrawn = new Uint8Array(rows.rows)
  for (const row of drawn) isDrawn[row] = 1
  const rest = Int32Array.from(isDrawn.keys()).filter((row) => isDrawn[row] === 0)
  const near = await anchorsOf(rowsOf(rows, rest), landmarks, tools)
  const strength = strengthsOf(near)
  const own = middlesOf(near, strength, at)
  const from = near.ids.map((_, i) => Math.floor(i / near.k))
  await settleInto(own, {
    ties: { from, to: near.ids, strength },
    others: at,
    epochs: epochsOfRest,
    step: 0.25,
    random: tools.random,
    breathe: o.breathe,
  })
  const all = matrix(rows.rows, 2)
  drawn.forEach((row, i) => rowOf(all, row).set(rowOf(at, i)))
  rest.forEach((row, i) => rowOf(all, row).set(rowOf(own, i)))
  return all
}

/** Of each row the landmarks nearest to it, nearest first. */
async function anchorsOf(rows: Matrix, landmarks: Matrix, tools: Tools): Promise<Near> {
  const k = anchorsAsked
  const [own, lengths] = [squaredLengths(rows), squaredLengths(landmarks)]
  const ids = new Int32Array(rows.rows * k)
  const distances = new Float64Array(rows.rows * k).fill(Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rows, landmarks, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const [row, of] = [firstQuery + q, rowOf(products, q)]
      const [first, last] = [row * k, row * k + k - 1]
      for (let c = 0; c < of.length; c++) {
        const far = own[row]! + lengths[firstRow + c]! - 2 * of[c]!
        if (far >= distances[last]!) continue
        let at = last
        for (; at > first && distances[at - 1]! > far; at--) {
          distances[at] = distances[at - 1]!
          ids[at] = ids[at - 1]!
        }
        distances[at] = far
        ids[at] = firstRow + c
      }
    }
  }
  return { k, ids, distances: distances.map((far) => Math.sqrt(Math.max(0, far))) }
}

function middlesOf({ k, ids }: Near, strength: Float32Array, at: Matrix): Matrix {
  const middles = matrix(ids.length / k, 2)
  for (let row = 0; row < middles.rows; row++) {
    let [x, y, sum] = [0, 0, 0]
    for (let i = row * k; i < (row + 1) * k; i++) {
      x += strength[i]! * at.data[2 * ids[i]!]!
      y += strength[i]! * at.data[2 * ids[i]! + 1]!
      sum += strength[i]!
    }
    middles.data[2 * row] = x / sum
    middles.data[2 * row + 1] = y / sum
  }
  return middles
}
