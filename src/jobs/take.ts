// A job worker: claims the oldest job that waits, carries it out, says how it went, and looks for the next.
import { Failure } from '../base/index.ts'
import { perform } from '../steps/index.ts'
import { follow, isFollower } from './follow.ts'
import { holdLease, leaseMs, type Claim, type Lease } from './lease.ts'
import { rowOf, troubleOf, type Duty, type Say, type Workplace } from './messages.ts'

// A face's nudge comes at once; this finds what other faces left, and leases that ran out.
const pollMs = 200

export function takeJobs(place: Workplace, say: Say): Duty {
  const closing = new AbortController()
  let inHand: Lease | undefined
  let wake: (() => void) | undefined
  let isNudged = false

  const pause = (): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, pollMs)
      wake = () => {
        clearTimeout(timer)
        done()
      }
      if (isNudged) wake()
    })
  async function loop(): Promise<void> {
    while (!closing.signal.aborted) {
      isNudged = false
      const claim = await claimOne(place)
      if (!claim) {
        await pause()
        continue
      }
      say({ type: 'holds', job: claim.job.id })
      const { store, now, log } = place.world
      inHand = holdLease(claim, { jobs: store.jobs, now, log, closing: closing.signal })
      // What could not be written (a full disk) is found when the lease runs out.
      await carryOut(inHand, { claim, place, closing: closing.signal }).catch((error: unknown) =>
        log('job left', { job: claim.job.id, error: String(error) }),
      )
      await inHand.end()
      inHand = undefined
      say({ type: 'holds', job: null })
    }
  }
  const running = loop()
  return {
    hear(message) {
      if (message.type !== 'nudge') return
      isNudged = true
      wake?.()
      void inHand?.renew()
    },
    async close() {
      closing.abort()
      wake?.()
      await running
    },
  }
}

async function claimOne(place: Workplace): Promise<Claim | undefined> {
  const { store, now, log } = place.world
  try {
    return await store.jobs.claim(`process ${process.pid}`, now(), leaseMs)
  } catch (error) {
    // A locked or full disk passes; the queue stands meanwhile.
    log('claim failed', { error: String(error) })
    return undefined
  }
}

type Hold = { readonly claim: Claim; readonly place: Workplace; readonly closing: AbortSignal }

/** Runs the step; only a worker that still holds the lease writes how it went. */
async function carryOut(lease: Lease, hold: Hold): Promise<void> {
  const { claim, place } = hold
  const { store, now, log } = place.world
  const { job } = claim
  try {
    const step = rowOf(place.steps, job.step)
    const world = { ...place.world, signal: lease.signal, progress: lease.progress }
    const output = await perform(step, job.input, world)
    if (!(await lease.renew())) return
    // Before the end is told: who waits for a job's end finds what follows it.
    await follow({ step, project: job.project, at: now() }, place.steps, store).catch((error: unknown) =>
      log('follow-up failed', { job: job.id, error: String(error) }),
    )
    await store.jobs.finish(claim, now(), output)
  } catch (error) {
    await lease.end()
    await tell(error, hold)
  }
}

async function tell(error: unknown, { claim, place, closing }: Hold): Promise<void> {
  const { store, now, log } = place.world
  // Left in the midst because the program ends: whoever comes next goes on, and it was no failure.
  if (closing.aborted) return void (await store.jobs.release(claim, now()))
  const trouble = troubleOf(error)
  // It came too early, and nobody asked for it: the next answer or embedding starts it again.
  if (trouble.kind === 'not-ready' && isFollower(claim.job)) {
    return void (await store.jobs.finish(claim, now(), null))
  }
  const isForeseen = error instanceof Failure && error.kind !== 'crashed'
  if (!isForeseen) log('fault', { step: claim.job.step, stack: error instanceof Error ? error.stack : '' })
  await store.jobs.fail(claim, now(), { ...trouble, retry: !isForeseen })
}
