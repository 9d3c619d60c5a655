// Guesses in plain words, for the reasons beside questions.

export const percent = (share: number): string => `${Math.round(share * 100)}%`

/** The places of the two largest; −1 where there are fewer. */
function twoLargest(values: Float32Array): readonly [number, number] {
  let [first, second] = [-1, -1]
  for (let i = 0; i < values.length; i++) {
    if (first < 0 || values[i]! > values[first]!) [second, first] = [first, i]
    else if (second < 0 || values[i]! > values[second]!) second = i
  }
  return [first, second]
}

const named = (probabilities: Float32Array, classNames: readonly string[], i: number) =>
  `${classNames[i] ?? i} (${percent(probabilities[i] ?? 0)})`

/** "torn between cat (48%) and dog (44%)" */
export function closestCall(probabilities: Float32Array, classNames: readonly string[]): string {
  const [first, second] = twoLargest(probabilities)
  if (second < 0) return `only ${named(probabilities, classNames, first)} is known so far`
  const [a, b] = [named(probabilities, classNames, first), named(probabilities, classNames, second)]
  return `torn between ${a} and ${b}`
}

/** "cat (48%)" */
export const firmest = (probabilities: Float32Array, classNames: readonly string[]): string =>
  named(probabilities, classNames, twoLargest(probabilities)[0])

/** The place of the largest. */
export function bestOf(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}
