/** How long an answer took; longer than `most`, and someone had gone for a coffee. */
export const secondsSince = (since: number, most: number): number =>
  Math.min(most, (performance.now() - since) / 1000)
