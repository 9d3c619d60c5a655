// Guesses in plain words, for the reasons beside questions.
import { placesOfTwoLargest } from '../math/index.ts'

export const percent = (share: number): string => `${Math.round(share * 100)}%`

const named = (probabilities: Float32Array, classNames: readonly string[], i: number) =>
  `${classNames[i] ?? i} (${percent(probabilities[i] ?? 0)})`

/** "torn between cat (48%) and dog (44%)" */
export function closestCall(probabilities: Float32Array, classNames: readonly string[]): string {
  const [first, second] = placesOfTwoLargest(probabilities)
  if (second < 0) return `only ${named(probabilities, classNames, first)} is known so far`
  const [a, b] = [named(probabilities, classNames, first), named(probabilities, classNames, second)]
  return `torn between ${a} and ${b}`
}

/** "cat (48%)" */
export const firmest = (probabilities: Float32Array, classNames: readonly string[]): string =>
  named(probabilities, classNames, placesOfTwoLargest(probabilities)[0])
