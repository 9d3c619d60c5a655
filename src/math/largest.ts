/** The first place of the largest. */
export function placeOfLargest(values: ArrayLike<number>): number {
  let best = 0
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i
  return best
}

/** The places of the two largest; ties go to the lower place; −1 where there are fewer. */
export function placesOfTwoLargest(values: Float32Array): readonly [number, number] {
  let [first, second] = [-1, -1]
  for (let i = 0; i < values.length; i++) {
    if (first < 0 || values[i]! > values[first]!) [second, first] = [first, i]
    else if (second < 0 || values[i]! > values[second]!) second = i
  }
  return [first, second]
}

/** The first place above the bound among ascending values; their number where none is. */
export function placeOfFirstAbove(ascending: ArrayLike<number>, bound: number): number {
  let [from, to] = [0, ascending.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (ascending[middle]! > bound) to = middle
    else from = middle + 1
  }
  return from
}
