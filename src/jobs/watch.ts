// A job seen from outside: each change is given once, whichever process makes it.
import { assert, type Failure, type Job, type JobId } from '../base/index.ts'
import type { World } from '../steps/index.ts'

/** Wakes whoever pauses: our own workers say when something changed, so that nobody waits out a poll. */
export type Bell = { ring(): void; pause(ms: number, signals: readonly AbortSignal[]): Promise<void> }
export type Watching = {
  readonly jobs: World['store']['jobs']
  readonly bell: Bell
  readonly trouble: () => Failure | undefined
  readonly signals: readonly AbortSignal[]
}

const pollMs = 120
const ends: Readonly<Record<Job['state'], boolean>> = {
  queued: false,
  running: false,
  done: true,
  failed: true,
  cancelled: true,
}
export const hasEnded = (job: Job): boolean => ends[job.state]

export async function* watchJob(id: JobId, o: Watching): AsyncGenerator<Job> {
  let seen = ''
  while (true) {
    const job = await o.jobs.get(id)
    const { state, progress, attempts } = job
    const now = JSON.stringify([state, progress, attempts])
    if (now !== seen) yield job
    seen = now
    if (hasEnded(job) || o.signals.some((signal) => signal.aborted)) return
    const trouble = o.trouble()
    if (trouble) throw trouble
    await o.bell.pause(pollMs, o.signals)
  }
}

/** The last that is seen of a job. */
export async function endOf(changes: AsyncIterable<Job>): Promise<Job> {
  let last: Job | undefined
  for await (const job of changes) last = job
  assert(last !== undefined, 'a watched job is seen at least once')
  return last
}

export function openBell(): Bell {
  const sleepers = new Set<() => void>()
  return {
    ring() {
      for (const wake of sleepers) wake()
    },
    pause: (ms, signals) =>
      new Promise((done) => {
        const wake = (): void => {
          clearTimeout(timer)
          sleepers.delete(wake)
          for (const signal of signals) signal.removeEventListener('abort', wake)
          done()
        }
        const timer = setTimeout(wake, ms)
        sleepers.add(wake)
        for (const signal of signals) signal.addEventListener('abort', wake)
      }),
  }
}
