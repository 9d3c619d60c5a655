/** Places by score, the best on top; only the top's score may change, and only fall. */
export function heapOf(scores: Float64Array) {
  const places = Int32Array.from(scores.keys())
  const sink = (from: number) => {
    const place = places[from]!
    let at = from
    for (let child = 2 * at + 1; child < places.length; child = 2 * at + 1) {
      const right = child + 1
      if (right < places.length && scores[places[right]!]! > scores[places[child]!]!) child = right
      if (scores[places[child]!]! <= scores[place]!) break
      places[at] = places[child]!
      at = child
    }
    places[at] = place
  }
  for (let i = (places.length >> 1) - 1; i >= 0; i--) sink(i)
  return {
    top: (): number => places[0]!,
    lowerTop(score: number): void {
      scores[places[0]!] = score
      sink(0)
    },
  }
}
