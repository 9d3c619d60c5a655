/** Who may use the connection: one transaction at a time, in the order of asking. */
export type Turns = { take(): Promise<void>; give(): void }
export const freeForAll: Turns = { take: async () => undefined, give: () => undefined }
export function openTurns(): Turns {
  let isTaken = false
  const waiting: (() => void)[] = []
  return {
    async take() {
      if (isTaken) await new Promise<void>((resolve) => waiting.push(resolve))
      isTaken = true
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else isTaken = false
    },
  }
}
