// Performs a step for a command: moments at once, jobs with a bar until they and what follows them are done.
import { Failure, type Job, type Progress } from '../base/index.ts'
import { failureOf, hasEnded, type House } from '../jobs/index.ts'
import { followersOf, parseInput, type Step } from '../steps/index.ts'
import { openBar } from './bar.ts'
import type { Call, CliOptions } from './options.ts'
import { render } from './print.ts'

/** Opens the House for as long as `act` takes. */
export async function withHouse<T>(call: Call, act: (house: House) => Promise<T>): Promise<T> {
  const house = await call.o.openHouse(call.flags, { stays: false })
  try {
    return await act(house)
  } finally {
    await house.close()
  }
}

export function print(call: Call, output: unknown): void {
  const { out } = call.o
  // What goes into a file or another program is cut nowhere.
  const width = out.isTTY ? (out.columns ?? 100) : Infinity
  out.write(`${call.json ? JSON.stringify(output, null, 2) : render(output, width)}\n`)
}

export async function runStep(step: Step, input: Record<string, unknown>, call: Call): Promise<void> {
  if (step.alone?.(parseInput(step, input))) return print(call, await runAlone(step, input, call))
  await withHouse(call, async (house) => {
    if (step.takes === 'a moment') {
      return print(call, await orInterrupted(house.perform(step.name, input), call.o))
    }
    const ended = await seeThrough(await house.start(step.name, input), house, call.o)
    // First: what follows may take minutes, and whoever has read it may stop that.
    print(call, ended.output)
    await seeFollowers(ended, { house, o: call.o })
  })
}

/** Half of the time of a thousand images went into a second process and a database that it left empty. */
async function runAlone(step: Step, input: unknown, { o, flags }: Call): Promise<unknown> {
  const bar = openBar(o.err)
  const stopped = new AbortController()
  const stop = () => stopped.abort(new Failure('cancelled', `${step.name} was cancelled`))
  if (o.interrupted.aborted) stop()
  o.interrupted.addEventListener('abort', stop)
  const progress = (its: Progress) => bar.show({ step: step.name, progress: its })
  try {
    return await o.performAlone(step.name, input, { flags, signal: stopped.signal, progress })
  } finally {
    bar.clear()
    o.interrupted.removeEventListener('abort', stop)
  }
}

async function orInterrupted<T>(work: Promise<T>, o: CliOptions): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(new Failure('cancelled', 'interrupted'))
  if (o.interrupted.aborted) stop()
  o.interrupted.addEventListener('abort', stop)
  return Promise.race([work, promise]).finally(() => o.interrupted.removeEventListener('abort', stop))
}

/** Until the job's end, with a bar. */
async function show(job: Job, { house, o }: Face): Promise<Job> {
  const bar = openBar(o.err)
  let last = job
  try {
    for await (const change of house.watch(job.id)) {
      last = change
      if (change.state === 'running') bar.show(change)
    }
  } finally {
    bar.clear()
  }
  return last
}

/** Until the job's end; Ctrl-C cancels it. A job that did not get done is thrown. */
export async function seeThrough(job: Job, house: House, o: CliOptions): Promise<Job> {
  const cancel = () => void house.cancel(job.id)
  if (o.interrupted.aborted) cancel()
  o.interrupted.addEventListener('abort', cancel)
  const last = await show(job, { house, o }).finally(() => o.interrupted.removeEventListener('abort', cancel))
  if (last.state === 'cancelled') throw new Failure('cancelled', `${last.step} was cancelled`)
  if (last.error && last.state === 'failed') throw failureOf(last.error)
  return last
}

/** A job and what follows it, shown by a face that stays: its end cancels nothing, the next start goes on. */
export async function showChain(job: Job, face: Face): Promise<void> {
  const ended = await show(job, face)
  const next = await followerOf(ended, face.house)
  if (next) await showChain(next, face)
}

type Face = { readonly house: House; readonly o: CliOptions }

/** Adding is followed by embedding and so on: the command ends when the chain does, its output came first. */
async function seeFollowers(ended: Job, face: Face): Promise<void> {
  const follower = await followerOf(ended, face.house)
  if (follower) await seeFollowers(await seeThrough(follower, face.house, face.o), face)
}

async function followerOf(ended: Job, house: House): Promise<Job | undefined> {
  const next = followersOf(house.steps.find((one) => one.name === ended.step) ?? {})
  if (next.length === 0 || !ended.project || ended.state !== 'done') return undefined
  const jobs = await house.store.jobs.list({ project: ended.project })
  // The newest of that step; an older one that ended says that nothing was left to do.
  const follower = jobs.find((job) => next.includes(job.step))
  return follower && hasEnded(follower) && follower.createdAt < ended.createdAt ? undefined : follower
}
