// The House's side of the queue: enqueues, watches, cancels, and keeps workers for what waits.
import { assert, type Job, type JobId } from '../base/index.ts'
import { parseInput, type Step } from '../steps/index.ts'
import { follow, keyOf, projectOf } from './follow.ts'
import type { HouseOptions } from './open-house.ts'
import { openBell, watchJob } from './watch.ts'
import { openWorkers } from './workers.ts'

export type Queue = {
  start(step: Step, given: unknown, how?: { readonly again?: boolean }): Promise<Job>
  watch(id: JobId, signal?: AbortSignal): AsyncIterable<Job>
  cancel(id: JobId): Promise<Job>
  /** What the step's row names next is enqueued, in the background. */
  followLater(step: Step, project: string | null): void
  close(): Promise<void>
}

const lookMs = 2_000 // for work that another, shorter-lived face left

export function openQueue(o: HouseOptions, closing: AbortSignal): Queue {
  const { now } = o
  const { jobs } = o.store
  const bell = openBell()
  const isAny = async (state: 'queued' | 'running') => (await jobs.list({ state, limit: 1 })).length > 0
  const isMoreWaiting = () => isAny('queued')
  const workers = openWorkers({ ...o, countMax: o.jobWorkers, isMoreWaiting, changed: bell.ring })
  const stopLooking = o.stays ? lookAround({ o, isAny, workers }) : undefined
  let afterwards: Promise<void> = Promise.resolve()
  let count = 0

  return {
    async start(step, given, how) {
      assert(step.takes === 'a while', `only what takes a while is a job, and ${step.name} does not`)
      const input = parseInput(step, given)
      const otherwise = `${now()} ${process.pid} ${++count}`
      const key = await keyOf(step, input, { store: o.store, otherwise })
      const job = { key, project: projectOf(input), step: step.name, input, at: now() }
      const enqueued = await jobs.enqueue(job, how)
      workers.wake()
      return enqueued
    },
    watch(id, signal) {
      const signals = signal ? [signal, closing] : [closing]
      return watchJob(id, { jobs, bell, trouble: workers.trouble, signals })
    },
    async cancel(id) {
      const job = await jobs.cancel(id, now())
      if (workers.count() > 0) workers.wake()
      bell.ring()
      return job
    },
    followLater(step, project) {
      const one = async (): Promise<void> => {
        const isMore = await follow({ step, project, at: now() }, o.steps, o.store)
        if (isMore && o.stays) workers.wake()
      }
      // One after another: two at once would each see that nothing waits yet, and both enqueue.
      afterwards = afterwards
        .then(one)
        .catch((error: unknown) => o.log('follow-up failed', { error: String(error) }))
    },
    async close() {
      stopLooking?.()
      await afterwards
      await workers.close()
    },
  }
}

type Around = {
  readonly o: HouseOptions
  readonly isAny: (state: 'queued' | 'running') => Promise<boolean>
  readonly workers: ReturnType<typeof openWorkers>
}

/** Looks for what waits, and for what ran in a process that is gone: only a worker can take that lease. */
function lookAround({ o, isAny, workers }: Around): () => void {
  const look = async (): Promise<void> => {
    if ((await isAny('queued')) || (workers.count() === 0 && (await isAny('running')))) workers.wake()
  }
  const lookSafely = (): void =>
    void look().catch((error: unknown) => o.log('look failed', { error: String(error) }))
  lookSafely()
  const timer = setInterval(lookSafely, lookMs).unref()
  return () => clearInterval(timer)
}
