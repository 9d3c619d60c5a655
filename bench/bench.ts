/** One figure that we promise: measured against a peer, interleaved in one run, the median of several. */
export type Bench = {
  readonly name: string
  readonly says: string
  /** Rows go into the table as they come; the number given back is the ratio that the last line prints. */
  run(report: Report): Promise<number>
}
export type Report = {
  row(cells: Readonly<Record<string, string | number>>): void
  /** Progress, on standard error. */
  say(text: string): void
}

export const percent = (share: number): string => `${(100 * share).toFixed(1)}%`

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Runs the contestants in turn, several rounds, after one that warms; gives the median seconds of each. */
export async function interleaved(
  rounds: number,
  contestants: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<Readonly<Record<string, number>>> {
  const seconds = new Map(Object.keys(contestants).map((name) => [name, [] as number[]]))
  for (let round = -1; round < rounds; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const from = performance.now()
      await run()
      if (round >= 0) seconds.get(name)!.push((performance.now() - from) / 1000)
    }
  }
  return Object.fromEntries([...seconds].map(([name, all]) => [name, median(all)]))
}
