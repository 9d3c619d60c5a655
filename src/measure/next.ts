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

/**
 * What so many more labels would add to the last round's accuracy, by the power law of the rounds' errors.
 * Its bounds are those of 1,000 resamples of images and of rounds, each fitted anew.
 */
export function forecastNext(rounds: readonly Taught[], more: number, random: Random): Next {
  assert(rounds.length >= 2, 'a forecast needs two rounds')
  const images = rounds[0]!.right.length
  const [gains, accuracies] = [new Float64Array(1000), new Float64Array(1000)]
  const places = new Int32Array(images)
  for (let draw = 0; draw < gains.length; draw++) {
    for (let i = 0; i < images; i++) places[i] = random.below(images)
    const some = twoAtLeast(rounds, random)
    gains[draw] = gainOf(some, { places, more, last: rounds.at(-1)!.labels })
    accuracies[draw] = Math.min(1, 1 - errorOf(rounds.at(-1)!.right, places) + gains[draw]!)
  }
  const whole = Int32Array.from({ length: images }, (_, i) => i)
  const gain = gainOf(rounds, { places: whole, more, last: rounds.at(-1)!.labels })
  const accuracy = Math.min(1, 1 - errorOf(rounds.at(-1)!.right, whole) + gain)
  return { gain: within(gain, gains.sort()), accuracy: within(accuracy, accuracies.sort()) }
}

/** As many rounds, drawn with return; two of them differ in their labels, for a line goes through two. */
function twoAtLeast(rounds: readonly Taught[], random: Random): readonly Taught[] {
  for (;;) {
    const some = rounds.map(() => rounds[random.below(rounds.length)]!)
    if (new Set(some.map(({ labels }) => labels)).size > 1) return some
  }
}

function gainOf(
  rounds: readonly Taught[],
  { places, more, last }: { readonly places: Int32Array; readonly more: number; readonly last: number },
): number {
  const law = powerLaw(
    rounds.map(({ labels }) => labels),
    rounds.map(({ right }) => Math.max(0.5 / places.length, errorOf(right, places))),
  )
  const errorAt = (labels: number) => Math.exp(law.logC + law.d * Math.log(labels))
  return errorAt(last) - errorAt(last + more)
}

function errorOf(right: Right, places: Int32Array): number {
  let wrong = 0
  for (let i = 0; i < places.length; i++) wrong += 1 - right[places[i]!]!
  return wrong / places.length
}

const within = (value: number, sorted: Float64Array): Interval => {
  const [low, high] = [quantile(sorted, 0.025), quantile(sorted, 0.975)]
  return { value: Math.min(Math.max(value, low), high), low, high }
}
