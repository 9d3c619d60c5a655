// Builds the House: moments here or in the answering child, what takes a while in job workers.
import { assert, type Job, type JobId, type Time } from '../base/index.ts'
import { parseInput, perform, type Configuration, type Step, type World } from '../steps/index.ts'
import { openAnswering } from './answering.ts'
import type { Worker } from './child.ts'
import { follow, keyOf, projectOf } from './follow.ts'
import type { House } from './house.ts'
import { failureOf, rowOf } from './messages.ts'
import { endOf, openBell, watchJob } from './watch.ts'
import { openWorkers } from './workers.ts'

export type HouseOptions = {
  readonly store: World['store']
  readonly steps: readonly Step[]
  readonly configuration: Configuration
  readonly worker: Worker
  /** How many jobs run at once. */
  readonly jobWorkers: number
  readonly now: () => Time
  readonly log: World['log']
  /**
   * A face that stays runs what follows by itself and what others left behind; one that passes (a command)
   * leaves that in the queue, for it would be gone in the midst of it.
   */
  readonly stays?: boolean
}

const lookMs = 2_000 // for work that another, shorter-lived face left

export function openHouse(o: HouseOptions): House {
  const { store, steps, now } = o
  const closing = new AbortController()
  const bell = openBell()
  const answering = openAnswering(o)
  const isWaiting = async () => (await store.jobs.list({ state: 'queued', limit: 1 })).length > 0
  const workers = openWorkers({ ...o, countMax: o.jobWorkers, isMoreWaiting: isWaiting, changed: bell.ring })
  const world = worldHere(o, closing.signal)
  let afterwards: Promise<void> = Promise.resolve()
  let count = 0

  const lookAround = async (): Promise<void> => {
    const isLeft = async () => (await store.jobs.list({ state: 'running', limit: 1 })).length > 0
    if ((await isWaiting()) || (workers.count() === 0 && (await isLeft()))) workers.wake()
  }
  const look = () => void lookAround().catch((error: unknown) => o.log('look failed', { error: `${error}` }))
  if (o.stays) look()
  const looking = o.stays ? setInterval(look, lookMs).unref() : undefined

  async function followUp(step: Step, project: string | null): Promise<void> {
    const next = await follow({ step, project, at: now() }, steps, store)
    if (next && o.stays) workers.wake()
  }
  /** One after another: two at once would each see that nothing waits yet, and both enqueue. */
  function inBackground(act: () => Promise<void>): void {
    const say = (error: unknown) => o.log('follow-up failed', { error: `${error}` })
    afterwards = afterwards.then(act).catch(say)
  }
  async function start(name: string, given: unknown, how?: { readonly again?: boolean }): Promise<Job> {
    const step = rowOf(steps, name)
    assert(step.takes === 'a while', `only what takes a while is started as a job, and ${name} does not`)
    const input = parseInput(step, given)
    const otherwise = `${now()} ${process.pid} ${++count}`
    const key = await keyOf(step, input, { store, otherwise })
    const job = await store.jobs.enqueue(
      { key, project: projectOf(input), step: name, input, at: now() },
      how,
    )
    workers.wake()
    return job
  }
  const watch = (id: JobId, signal?: AbortSignal) =>
    watchJob(id, {
      jobs: store.jobs,
      bell,
      trouble: workers.trouble,
      signals: signal ? [signal, closing.signal] : [closing.signal],
    })
  async function performMoment(step: Step, given: unknown): Promise<unknown> {
    const input = parseInput(step, given)
    const output =
      step.runs === 'apart' ? await answering.perform(step.name, input) : await perform(step, input, world)
    if (step.then) inBackground(() => followUp(step, projectOf(input)))
    return output
  }

  return {
    steps,
    store,
    configuration: o.configuration,
    start,
    watch,
    async perform(name, given) {
      const step = rowOf(steps, name)
      if (step.takes === 'a moment') return performMoment(step, given)
      const ended = await endOf(watch((await start(name, given)).id))
      if (ended.state !== 'done') throw failureOf(ended.error ?? cancelled(ended))
      return ended.output
    },
    async cancel(id) {
      const job = await store.jobs.cancel(id, now())
      if (workers.count() > 0) workers.wake()
      bell.ring()
      return job
    },
    async close() {
      clearInterval(looking)
      closing.abort()
      await afterwards
      await Promise.all([answering.close(), workers.close()])
    },
  }
}

const cancelled = (job: Job) => ({
  kind: 'cancelled',
  message: `job ${job.id} (${job.step}) was cancelled`,
})

/** A face's own world: it neither decodes nor computes, so that no native crash can take it along. */
function worldHere(o: HouseOptions, signal: AbortSignal): World {
  const { store, configuration, now, log } = o
  const images = absent<World['images']>('images')
  const runtime = absent<World['runtime']>('runtime')
  return { store, images, runtime, configuration, now, signal, progress: () => {}, log }
}

const absent = <T extends object>(what: string): T =>
  new Proxy({} as T, {
    get: (_, name) => assert(false, `a step that runs here leaves ${what}.${String(name)} alone`),
  })
