// What the ledger tells of the work: when each image was first labelled, and how long an answer took.
import type { ImageId, LabelOrigin, Position } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'

const byPerson: readonly LabelOrigin[] = ['answer', 'accept', 'correct', 'reject']

export type Work = {
  /** Images that a person labelled, each at its first label. */
  readonly answered: readonly ImageId[]
  /** The middle of those that are known: whoever leaves for lunch does not count. */
  readonly secondsPerAnswer: number | null
  readonly timed: number
}

export async function workOf(store: Store, project: string): Promise<Work> {
  const answered = new Set<ImageId>()
  const seconds: number[] = []
  let after = 0 as Position
  for (;;) {
    const entries = await store.labels.ledger(project, after, 1000)
    for (const entry of entries) {
      if (!byPerson.includes(entry.origin)) continue
      answered.add(entry.image)
      if (entry.seconds !== null) seconds.push(entry.seconds)
    }
    if (entries.length === 0) break
    after = entries.at(-1)!.position
  }
  seconds.sort((a, b) => a - b)
  const middle = seconds[Math.floor(seconds.length / 2)] ?? null
  return { answered: [...answered], secondsPerAnswer: middle, timed: seconds.length }
}
