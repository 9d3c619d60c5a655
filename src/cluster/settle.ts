// Points on a plane, moved until ties are short and everything else keeps its distance.
import { matrix, type Matrix, type Random } from '../math/index.ts'
import type { Ties } from './strengths.ts'

export type Settling = {
  readonly ties: Ties
  /** The points that ties lead to: the very ones that move, or others that stay where they are. */
  readonly others: Matrix
  readonly epochs: number
  readonly step: number
  readonly random: Random
  /** Between two epochs: lets other work in, and may throw to stop. */
  readonly breathe: (done: number, of: number) => Promise<void>
}

const repelled = 5 // others drawn for each tie: fewer leave clumps, more take longer and look the same
const furthest = 4 // of a move, in steps: the first ones would shoot points out of sight
const epsilon = 1e-3

/**
 * Attraction along ties, repulsion from points drawn at random, both by the kernel 1/(1 + d²):
 * UMAP's descent (McInnes, Healy and Melville 2018) with a = b = 1, which needs no power.
 */
export async function settleInto(at: Matrix, o: Settling): Promise<void> {
  const { ties, epochs, breathe } = o
  // A tie of half the strength is followed half as often.
  const every = ties.strength.map((s) => (s > 0 ? 1 / s : Infinity))
  const due = every.slice()
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const step = o.step * (1 - (epoch - 1) / epochs)
    for (let tie = 0; tie < due.length; tie++) {
      if (due[tie]! > epoch) continue
      due[tie]! += every[tie]!
      followInto(at, o, { from: ties.from[tie]!, to: ties.to[tie]!, step })
    }
    await breathe(epoch, epochs)
  }
}

type Pull = { readonly from: number; readonly to: number; readonly step: number }

function followInto(at: Matrix, { others, random }: Settling, { from, to, step }: Pull): void {
  const [moving, fixed] = [at.data, others.data]
  const own = 2 * from
  const dx = moving[own]! - fixed[2 * to]!
  const dy = moving[own + 1]! - fixed[2 * to + 1]!
  const pull = -2 / (1 + dx * dx + dy * dy)
  const [x, y] = [step * bounded(pull * dx), step * bounded(pull * dy)]
  moving[own]! += x
  moving[own + 1]! += y
  if (at === others) {
    moving[2 * to]! -= x
    moving[2 * to + 1]! -= y
  }
  for (let i = 0; i < repelled; i++) {
    const other = random.below(others.rows)
    if (at === others && other === from) continue
    const ax = moving[own]! - fixed[2 * other]!
    const ay = moving[own + 1]! - fixed[2 * other + 1]!
    const far = ax * ax + ay * ay
    const push = 2 / ((epsilon + far) * (1 + far))
    moving[own]! += step * bounded(push * ax)
    moving[own + 1]! += step * bounded(push * ay)
  }
}

const bounded = (x: number): number => (x > furthest ? furthest : x < -furthest ? -furthest : x)

/** Points around the origin, as far apart as the descent expects. */
export function spreadOut(points: Matrix, random: Random): Matrix {
  let most = 0
  for (const x of points.data) most = Math.max(most, Math.abs(x))
  // Of two points in one place neither would ever move away from the other.
  const jitter = 1e-3
  return matrix(
    points.rows,
    2,
    points.data.map((x) => (most > 0 ? (10 * x) / most : 0) + jitter * random.normal()),
  )
}
