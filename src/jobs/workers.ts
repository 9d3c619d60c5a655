// The children that take jobs: started when there is work, kept warm, started again after a crash.
import { Failure, type JobId } from '../base/index.ts'
import { openChild, type Begin, type Child, type End } from './child.ts'
import { failureOf } from './messages.ts'

export type Workers = {
  /** There may be work: those that wait look at once, and one more is started if all are busy. */
  wake(): void
  /** How many there are, busy or not. */
  count(): number
  /** Why no worker can be started, if so. */
  trouble(): Failure | undefined
  close(): Promise<void>
}
export type WorkersOptions = Begin & {
  readonly countMax: number
  readonly isMoreWaiting: () => Promise<boolean>
  readonly changed: () => void
}
type Hand = { child: Child; job: JobId | null }

const startsMax = 3 // in a row without becoming ready: a fault of the installation, not of a job

export function openWorkers(o: WorkersOptions): Workers {
  const hands = new Set<Hand>()
  let failedStarts = 0
  let trouble: Failure | undefined
  let isClosed = false

  function wake(): void {
    if (isClosed) return
    let isAnyIdle = false
    for (const hand of hands) {
      hand.child.send({ type: 'nudge' })
      isAnyIdle ||= hand.job === null
    }
    if (!isAnyIdle && hands.size < o.countMax) start()
  }
  function start(): void {
    const child = openChild('jobs', o, (message) => {
      if (message.type !== 'holds') return
      hand.job = message.job
      o.changed()
      if (message.job !== null && hands.size < o.countMax) void wakeIfMore()
    })
    const hand: Hand = { child, job: null }
    hands.add(hand)
    void child.ended.then((end) => mourn(hand, end))
  }
  async function wakeIfMore(): Promise<void> {
    if (await o.isMoreWaiting().catch(() => false)) wake()
  }
  function mourn(hand: Hand, end: End): void {
    hands.delete(hand)
    if (isClosed) return
    o.log('worker ended', { how: end.how, job: hand.job })
    failedStarts = end.wasReady ? 0 : failedStarts + 1
    trouble = failedStarts >= startsMax ? troubleOfStart(end) : undefined
    o.changed()
    if (!trouble) setTimeout(wake, 100 * 2 ** failedStarts)
  }
  return {
    wake() {
      if (trouble) failedStarts = 0
      trouble = undefined
      wake()
    },
    count: () => hands.size,
    trouble: () => trouble,
    async close() {
      isClosed = true
      await Promise.all([...hands].map((hand) => hand.child.close()))
    },
  }
}

const troubleOfStart = (end: End): Failure =>
  end.trouble
    ? failureOf(end.trouble)
    : new Failure('crashed', `cannot start the process that does the work: it ended (${end.how})`)
