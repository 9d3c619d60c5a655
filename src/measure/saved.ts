// What a way of asking saves: the labels that chance needs for the same accuracy, less those that it took.
import { assert } from '../base/index.ts'
import { meanInterval } from './bootstrap.ts'
import type { Interval } from './wilson.ts'

/** One session: how accurate after how many labels, ascending. */
export type Session = {
  readonly labels: readonly number[]
  readonly accuracy: readonly number[]
}
export type Saved = {
  readonly accuracy: number
  /** Labels that it took, and that chance took, over the seeds; null where some seed never came so far. */
  readonly took: Interval | null
  readonly chance: Interval | null
  /** How many more labels chance needs; null where nothing may be claimed. */
  readonly saved: number | null
  readonly says: string
}

/**
 * The labels at which a session first is as accurate, on the line between neighbouring rounds;
 * null where it never is. Before its first round nothing is known: that round's labels are given.
 */
export function labelsFor({ labels, accuracy }: Session, wanted: number): number | null {
  const reached = accuracy.findIndex((a) => a >= wanted)
  if (reached < 0) return null
  if (reached === 0) return labels[0]!
  const [below, above] = [accuracy[reached - 1]!, accuracy[reached]!]
  const share = (wanted - below) / (above - below)
  return labels[reached - 1]! + share * (labels[reached]! - labels[reached - 1]!)
}

/** Nothing is claimed where the intervals overlap, or where chance (or the other) did not come so far. */
export function labelsSaved(ours: readonly Session[], chance: readonly Session[], wanted: number): Saved {
  const [took, needed] = [neededBy(ours, wanted), neededBy(chance, wanted)]
  const found = { accuracy: wanted, took, chance: needed }
  const at = `${(100 * wanted).toFixed(1)}%`
  if (!took || !needed) {
    const who = took ? 'random' : 'it'
    return { ...found, saved: null, says: `no claim at ${at}: ${who} did not come so far with every seed` }
  }
  if (took.high >= needed.low && took.low <= needed.high) {
    return { ...found, saved: null, says: `no claim at ${at}: the intervals overlap` }
  }
  const saved = needed.value - took.value
  const more = `${Math.round(Math.abs(saved))} ${saved > 0 ? 'more' : 'fewer'}`
  const says = `${at} took ${Math.round(took.value)} labels; random needs ${more}`
  return { ...found, saved, says }
}

function neededBy(sessions: readonly Session[], wanted: number): Interval | null {
  const needed = sessions.map((session) => labelsFor(session, wanted))
  return needed.length === 0 || needed.includes(null) ? null : meanInterval(needed as number[])
}

/** The area under the curve (trapezoids): the mean accuracy over the labels, first round to last. */
export function areaUnder({ labels, accuracy }: Session): number {
  assert(labels.length === accuracy.length && labels.length > 0, 'each accuracy has its number of labels')
  if (labels.length === 1) return accuracy[0]!
  let area = 0
  for (let i = 1; i < labels.length; i++) {
    area += ((accuracy[i]! + accuracy[i - 1]!) / 2) * (labels[i]! - labels[i - 1]!)
  }
  return area / (labels.at(-1)! - labels[0]!)
}

/** error = c · labelsᵈ, by least squares of the logarithms: how learning curves mostly run. */
export type PowerLaw = { readonly logC: number; readonly d: number }

export function powerLaw(labels: readonly number[], errors: readonly number[]): PowerLaw {
  const n = labels.length
  assert(n >= 2 && errors.length === n, 'a line goes through at least two points')
  const x = labels.map((count) => Math.log(count))
  const y = errors.map((error) => Math.log(error))
  const [mx, my] = [x.reduce((a, b) => a + b) / n, y.reduce((a, b) => a + b) / n]
  const across = x.reduce((sum, v) => sum + (v - mx) ** 2, 0)
  const d = x.reduce((sum, v, i) => sum + (v - mx) * (y[i]! - my), 0) / across
  return { logC: my - d * mx, d }
}

/** The labels at which a power law has that error; infinite where it does not fall. */
export const labelsAt = ({ logC, d }: PowerLaw, error: number): number =>
  d < 0 ? Math.exp((Math.log(error) - logC) / d) : Infinity
