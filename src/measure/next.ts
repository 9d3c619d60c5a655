// What more labels would bring, read off the rounds so far.
import { assert } from '../base/index.ts'
import type { Random } from '../math/index.ts'
import { quantile } from './bootstrap.ts'
import type { Right } from './forecast.ts'
import { powerLaw } from './saved.ts'
import type { Interval } from './wilson.ts'

/** A round's head: from how many labels, and where it was right, on the same images as all others. */
export type Taught = { readonly labels: number; readonly right: Right }
export type Next = {
  /** Of accuracy. */
  readonly gain: Interval
  readonly accuracy: Interval
}

const drawCount = 1000

/**
 * What so many more labels would add to the last round's accuracy, by the power law of all rounds' errors.
 * Its bounds are those of 1,000 resamples of images and rounds, each fitted anew, and of how rounds scatter
 * about the law: without that scatter they held 4 to 7 of 10 gains that were then seen, with it 96 of 100.
 */
export function forecastNext(rounds: readonly Taught[], more: number, random: Random): Next {
  const last = rounds.at(-1)
  assert(last !== undefined && rounds.length >= 2, 'a forecast needs two rounds')
  const images = last.right.length
  const whole = Int32Array.from({ length: images }, (_, i) => i)
  const { gain, scatter } = lawOf(rounds, { places: whole, last, more })
  const places = new Int32Array(images)
  const drawn = Array.from({ length: drawCount }, () => {
    for (let i = 0; i < images; i++) places[i] = random.below(images)
    const drawnGain = lawOf(twoAtLeast(rounds, random), { places, last, more }).gain
    const its = drawnGain + scatter * random.normal()
    return { gain: its, accuracy: share(1 - errorOf(last.right, places) + its) }
  })
  return {
    gain: within(
      gain,
      drawn.map((one) => one.gain),
    ),
    accuracy: within(
      share(1 - errorOf(last.right, whole) + gain),
      drawn.map((one) => one.accuracy),
    ),
  }
}

/** As many rounds, drawn with return; two of them differ in their labels, for a line goes through two. */
function twoAtLeast(rounds: readonly Taught[], random: Random): readonly Taught[] {
  for (;;) {
    const some = rounds.map(() => rounds[random.below(rounds.length)]!)
    if (new Set(some.map(({ labels }) => labels)).size > 1) return some
  }
}

type Beyond = { readonly places: Int32Array; readonly last: Taught; readonly more: number }

function lawOf(rounds: readonly Taught[], { places, last, more }: Beyond) {
  const labels = rounds.map((round) => round.labels)
  const errors = rounds.map(({ right }) => Math.max(0.5 / places.length, errorOf(right, places)))
  const { logC, d } = powerLaw(labels, errors)
  // Where a round went wrong the law may rise, and beyond 1 in a few steps.
  const errorAt = (count: number) => share(Math.exp(logC + d * Math.log(count)))
  const squares = errors.reduce((sum, error, i) => sum + (error - errorAt(labels[i]!)) ** 2, 0)
  const scatter = Math.sqrt(squares / Math.max(1, rounds.length - 2))
  return { gain: errorAt(last.labels) - errorAt(last.labels + more), scatter }
}

function errorOf(right: Right, places: Int32Array): number {
  let wrong = 0
  for (let i = 0; i < places.length; i++) wrong += 1 - right[places[i]!]!
  return wrong / places.length
}

const share = (x: number): number => Math.min(1, Math.max(0, x))
function within(value: number, drawn: readonly number[]): Interval {
  const sorted = Float64Array.from(drawn).sort()
  const [low, high] = [quantile(sorted, 0.025), quantile(sorted, 0.975)]
  return { value: Math.min(Math.max(value, low), high), low, high }
}
