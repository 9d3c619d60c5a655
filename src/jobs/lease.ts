// A job in hand: its lease is renewed while the step runs, and its loss stops the step.
import { Failure, type Progress, type Time } from '../base/index.ts'
import type { World } from '../steps/index.ts'

type JobTable = World['store']['jobs']
export type Claim = NonNullable<Awaited<ReturnType<JobTable['claim']>>>
export type LeaseOptions = {
  readonly jobs: JobTable
  readonly now: () => Time
  readonly log: World['log']
  readonly closing: AbortSignal
}
export type Lease = {
  /** Aborted when the job was cancelled, the lease lost or the program is closing. */
  readonly signal: AbortSignal
  progress(progress: Progress): void
  /** Renews the lease at once; false when it is ours no more. */
  renew(): Promise<boolean>
  end(): Promise<void>
}

export const leaseMs = 10_000 // five beats: a garbage collection or a busy disk loses no job
const beatMs = 2_000
const progressMs = 250 // a bar that moves four times a second is smooth, and costs four rows a second
const stopMs = 10_000 // a step that ignores its signal for so long holds a worker for nothing

export function holdLease(claim: Claim, o: LeaseOptions): Lease {
  const ending = new AbortController()
  let latest = claim.job.progress
  let isTold = true
  let lastBeat = o.now()
  let beating: Promise<boolean> = Promise.resolve(true)

  const stop = (reason: Failure): void => {
    if (ending.signal.aborted) return
    ending.abort(reason)
    late = setTimeout(() => giveUp(claim, o), stopMs).unref()
  }
  const beat = async (): Promise<boolean> => {
    isTold = true
    const isHeld = await o.jobs.beat(claim, o.now(), leaseMs, latest)
    lastBeat = o.now()
    if (!isHeld) stop(await reasonOf(claim, o.jobs))
    return isHeld
  }
  /** One beat at a time; a failed one (a full disk, a locked file) is tried again until the lease is gone. */
  const renew = (): Promise<boolean> =>
    (beating = beating.then(beat).catch((error: unknown) => {
      o.log('beat failed', { job: claim.job.id, error: String(error) })
      return o.now() - lastBeat < leaseMs
    }))
  const closing = (): void => stop(new Failure('cancelled', 'the program is closing'))
  let late: NodeJS.Timeout | undefined
  const timer = setInterval(() => {
    if (!isTold || o.now() - lastBeat >= beatMs) void renew()
  }, progressMs)
  if (o.closing.aborted) closing()
  o.closing.addEventListener('abort', closing)
  return {
    signal: ending.signal,
    progress: (progress) => ([latest, isTold] = [progress, false]),
    renew,
    async end() {
      clearInterval(timer)
      clearTimeout(late)
      o.closing.removeEventListener('abort', closing)
      await beating
    },
  }
}

async function reasonOf(claim: Claim, jobs: JobTable): Promise<Failure> {
  const job = await jobs.get(claim.job.id)
  if (job.state === 'cancelled') return new Failure('cancelled', `job ${job.id} (${job.step}) was cancelled`)
  return new Failure('crashed', `job ${job.id} (${job.step}) was not renewed for ${leaseMs / 1000} s`)
}

function giveUp(claim: Claim, o: LeaseOptions): void {
  o.log('step ignores its signal', { job: claim.job.id, step: claim.job.step })
  process.exit(1)
}
