// Whether one thing is truly better than another, from few repeats or from many images.
import { assert } from '../base/index.ts'
import { meanOf, sumOf, type Random } from '../math/index.ts'
import type { Interval } from './wilson.ts'

type Draws = { readonly random: Random; readonly draws?: number }

/** Resamples the indices below `count`, and gives what was computed of each resample, ascending. */
export function resampled(
  count: number,
  of: (places: Int32Array) => number,
  { random, draws = 1000 }: Draws,
): Float64Array {
  const places = new Int32Array(count)
  const drawn = Float64Array.from({ length: draws }, () => {
    for (let i = 0; i < count; i++) places[i] = random.below(count)
    return of(places)
  })
  return drawn.sort()
}

/** The mean of paired differences, and the bounds that 95 of 100 resamples keep (Efron 1979). */
export function pairedBootstrap(differences: ArrayLike<number>, draws: Draws): Interval {
  const { length } = differences
  assert(length > 0, 'a bootstrap resamples at least one difference')
  const mean = (places: ArrayLike<number>) => {
    let sum = 0
    for (let i = 0; i < places.length; i++) sum += differences[places[i]!]!
    return sum / places.length
  }
  const drawn = resampled(length, mean, draws)
  const value = mean(Int32Array.from({ length }, (_, i) => i))
  return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) }
}

/** Of ascending values, between neighbours by their distance; infinite ones are taken as they are. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const [below, above] = [sorted[Math.floor(at)]!, sorted[Math.ceil(at)]!]
  return below === above ? below : below + (at % 1) * (above - below)
}

const flippedMost = 14 // 16,384 ways to give signs; of more differences as many are drawn

/**
 * The chance of a mean this high or higher, were each difference as likely of either sign: p of the one-sided
 * test that the mean is above 0 (Fisher's, exact up to 14 differences; below five it never falls under 5%).
 */
export function pairedTest(differences: readonly number[], random: Random): number {
  const n = differences.length
  if (n === 0) return 1
  const whole = sumOf(differences)
  const isExact = n <= flippedMost
  const ways = 2 ** Math.min(n, flippedMost)
  // Sums in another order differ in their last digit.
  const spare = 1e-12 * differences.reduce((sum, d) => sum + Math.abs(d), 0)
  let asHigh = 0
  for (let way = 0; way < ways; way++) {
    let sum = 0
    for (let i = 0; i < n; i++) {
      const isFlipped = isExact ? (way >> i) & 1 : way > 0 && random.next() < 0.5
      sum += isFlipped ? -differences[i]! : differences[i]!
    }
    if (sum >= whole - spare) asHigh++
  }
  return asHigh / ways
}

/** Chances corrected for having tested as many times (Holm 1979), each at its place. */
export function holm(chances: readonly number[]): readonly number[] {
  const order = [...chances.keys()].sort((a, b) => chances[a]! - chances[b]!)
  const corrected = Array.from(chances)
  let most = 0
  for (const [rank, place] of order.entries()) {
    most = Math.max(most, Math.min(1, (chances.length - rank) * chances[place]!))
    corrected[place] = most
  }
  return corrected
}

// The 97.5% points of Student's distribution with 1, 2, … degrees of freedom; from 31 on 2.04 is wide enough.
const student = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
] as const
const studentOfMany = 2.04

/** Mean ± t · s / √n: of a few seeds, where a bootstrap would be too sure; of one, nothing is known. */
export function meanInterval(values: readonly number[]): Interval {
  const n = values.length
  assert(n > 0, 'a mean is of at least one value')
  const value = meanOf(values)
  if (n === 1) return { value, low: -Infinity, high: Infinity }
  const variance = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (n - 1)
  const half = (student[n - 2] ?? studentOfMany) * Math.sqrt(variance / n)
  return { value, low: value - half, high: value + half }
}
