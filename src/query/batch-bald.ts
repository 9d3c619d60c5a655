// BatchBALD (Kirsch, van Amersfoort and Gal, 2019): the batch whose answers together tell most about which of
// the heads is right, I(y₁…yₙ; head) = H(y₁…yₙ) − Σ mean H(yᵢ | head). Joint answers are counted exactly
// while they are few, then drawn by chance.
import { matrix, placeOfLargest, rowsOf, type Matrix, type Tools } from '../math/index.ts'
import { bestFirst } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { bald, scores } from './scores.ts'

const candidatesMax = 500 // the best single ones: each is compared with every joint answer at every turn
const answersMax = 512 // joint answers; a mean over as many draws is within 5%

export async function batchBald(
  pool: Pool,
  { budget }: { readonly budget: number },
  tools: Tools,
): Promise<Ranking> {
  const alone = bestFirst(bald(pool.ensemble!), tools.random)
  const places = alone.subarray(0, Math.max(candidatesMax, budget))
  const crowd = crowdOf(pool.ensemble!.map((m) => rowsOf(m, places)))
  const left = new Set(places.keys())
  const order: number[] = []
  let joint = nothingYet(crowd.heads)
  while (order.length < Math.min(budget, pool.ids.length)) {
    const gains = await gainsOf(crowd, joint, tools)
    const open = [...left].slice(0, candidatesMax)
    const next = open[placeOfLargest(open.map((i) => gains[i]!))]!
    left.delete(next)
    order.push(places[next]!)
    joint = joined(joint, { crowd, next }, tools)
    // So many answers tell the heads apart already, as far as anything does: the next batch begins.
    if (joint.information + gains[next]! > 0.99 * Math.log(crowd.heads)) joint = nothingYet(crowd.heads)
    else joint = { ...joint, information: joint.information + gains[next]! }
  }
  return { order, reason: (i) => scores.bald.reason(pool, i) }
}

type Crowd = {
  readonly heads: number
  readonly classes: number
  /** [candidates × classes, heads] */
  readonly answers: Matrix
  /** mean H(y | head) of each candidate */
  readonly known: Float64Array
}

function crowdOf(members: readonly Matrix[]): Crowd {
  const { rows, columns } = members[0]!
  const heads = members.length
  const answers = matrix(rows * columns, heads)
  const known = new Float64Array(rows)
  for (const [head, { data }] of members.entries()) {
    for (let at = 0; at < data.length; at++) {
      const p = data[at]!
      answers.data[at * heads + head] = p
      if (p > 0) known[Math.floor(at / columns)]! -= (p * Math.log(p)) / heads
    }
  }
  return { heads, classes: columns, answers, known }
}

/** Joint answers so far: each with its share of all, and its chance by each head over the mean of heads. */
type Joint = {
  readonly shares: Float64Array
  /** [joint answers, heads], rows of mean one */
  readonly byHead: Matrix
  readonly information: number
}

const nothingYet = (heads: number): Joint => ({
  shares: Float64Array.of(1),
  byHead: matrix(1, heads, new Float32Array(heads).fill(1)),
  information: 0,
})

/** What each candidate adds: H(joint, y) − H(joint) − mean H(y | head). */
async function gainsOf(
  { answers, known, classes, heads }: Crowd,
  joint: Joint,
  tools: Tools,
): Promise<Float64Array> {
  const { data } = await tools.matmul(joint.byHead, answers)
  const gains = known.map((nats) => -nats)
  for (const [k, share] of joint.shares.entries()) {
    for (let at = 0; at < answers.rows; at++) {
      // Of y, given the joint answer.
      const p = data[k * answers.rows + at]! / heads
      if (p > 0) gains[Math.floor(at / classes)]! -= share * p * Math.log(p)
    }
  }
  return gains
}

/** With the next image's answer: every pair, or as many drawn from them. */
function joined(joint: Joint, { crowd, next }: { crowd: Crowd; next: number }, { random }: Tools): Joint {
  const { classes, heads, answers } = crowd
  const pairs = Array.from(joint.shares, (share, k) =>
    Array.from({ length: classes }, (_, y) => {
      const own = (next * classes + y) * heads
      const row = Float32Array.from(
        { length: heads },
        (_, h) => joint.byHead.data[k * heads + h]! * answers.data[own + h]!,
      )
      const p = row.reduce((sum, value) => sum + value, 0) / heads
      return { share: share * p, row: row.map((value) => value / p) }
    }),
  )
    .flat()
    .filter(({ share }) => share > 0)
  const kept = pairs.length <= answersMax ? pairs : evenly(pairs, random.next())
  return {
    shares: Float64Array.from(kept, (k) => k.share),
    byHead: matrix(kept.length, heads, Float32Array.from(kept.flatMap((k) => [...k.row]))),
    information: joint.information,
  }
}

/** Drawn in proportion to their shares, at even steps from a start by chance; all then count the same. */
function evenly<T extends { readonly share: number }>(pairs: readonly T[], start: number): T[] {
  const total = pairs.reduce((sum, { share }) => sum + share, 0)
  const kept: T[] = []
  let sum = 0
  for (const pair of pairs) {
    sum += (pair.share / total) * answersMax
    while (kept.length + start < sum && kept.length < answersMax)
      kept.push({ ...pair, share: 1 / answersMax })
  }
  return kept
}
