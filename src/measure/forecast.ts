// How many labels chance would need, read off a random sample that is smaller than that.
import { assert } from '../base/index.ts'
import type { Random } from '../math/index.ts'
import { quantile } from './bootstrap.ts'
import { labelsAt, powerLaw } from './saved.ts'
import type { Interval } from './wilson.ts'

/** For each image that was measured on, in one order: 1 where a head was right. */
export type Right = Uint8Array
export type Chance = {
  readonly labels: number
  /** Of heads that each learnt another draw of so many labels. */
  readonly draws: readonly Right[]
}

/**
 * The labels at which the power law of chance's errors has our error. Its bounds are those of 1,000 resamples
 * of images and draws: each is fitted anew, so that a short or noisy curve gives wide bounds, or none above.
 */
export function randomNeeds(ours: Right, chance: readonly Chance[], random: Random): Interval {
  assert(chance.length >= 2 && ours.length > 0, 'a curve of chance has two sizes, measured on an image')
  const whole = Int32Array.from(ours, (_, i) => i)
  const value = needed(ours, chance, { places: whole, draw: () => null })
  const places = new Int32Array(ours.length)
  const drawn = Float64Array.from({ length: 1000 }, () => {
    for (let i = 0; i < places.length; i++) places[i] = random.below(places.length)
    return needed(ours, chance, { places, draw: (count) => random.below(count) })
  }).sort()
  const [low, high] = [quantile(drawn, 0.025), quantile(drawn, 0.975)]
  // The fit of the whole can lie outside, where the law hardly falls.
  return { value: Math.min(Math.max(value, low), high), low, high }
}

type Sample = {
  readonly places: Int32Array
  /** Which draw of a size counts; null: all. */
  readonly draw: (count: number) => number | null
}

function needed(ours: Right, chance: readonly Chance[], { places, draw }: Sample): number {
  const errors = chance.map(({ draws }) => {
    const one = draw(draws.length)
    const taken = one === null ? draws : [draws[one]!]
    return taken.reduce((sum, right) => sum + errorOf(right, places), 0) / taken.length
  })
  const law = powerLaw(
    chance.map(({ labels }) => labels),
    errors,
  )
  return labelsAt(law, errorOf(ours, places))
}

/** Half an error is added to none: a logarithm needs one, and nobody is right for ever. */
function errorOf(right: Right, places: Int32Array): number {
  let wrong = 0
  for (let i = 0; i < places.length; i++) wrong += 1 - right[places[i]!]!
  return Math.max(0.5, wrong) / places.length
}
