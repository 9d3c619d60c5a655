/** How close the two best guesses are, and in words: "torn between cat (48%) and dog (44%)". */
export function closestCall(
  probabilities: Float32Array,
  classNames: readonly string[],
): { readonly margin: number; readonly reason: string } {
  let [first, second] = [-1, -1]
  for (let i = 0; i < probabilities.length; i++) {
    if (first < 0 || probabilities[i]! > probabilities[first]!) [second, first] = [first, i]
    else if (second < 0 || probabilities[i]! > probabilities[second]!) second = i
  }
  const named = (i: number) => `${classNames[i] ?? i} (${Math.round((probabilities[i] ?? 0) * 100)}%)`
  if (second < 0) return { margin: 1, reason: `only ${named(first)} is known so far` }
  const margin = probabilities[first]! - probabilities[second]!
  return { margin, reason: `torn between ${named(first)} and ${named(second)}` }
}
