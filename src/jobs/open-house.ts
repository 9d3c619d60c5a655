// Builds the House: moments here or in the answering child, what takes a while in job workers.
import { absent, type Job, type Time } from '../base/index.ts'
import { parseInput, perform, type Configuration, type Step, type World } from '../steps/index.ts'
import { openAnswering } from './answering.ts'
import type { Worker } from './child.ts'
import { projectOf } from './follow.ts'
import type { House } from './house.ts'
import { failureOf, rowOf } from './messages.ts'
import { openQueue } from './queue.ts'
import { endOf } from './watch.ts'

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

export function openHouse(o: HouseOptions): House {
  const { steps } = o
  const closing = new AbortController()
  const answering = openAnswering(o)
  const queue = openQueue(o, closing.signal)
  const world = worldHere(o, closing.signal)

  async function performMoment(step: Step, given: unknown): Promise<unknown> {
    const input = parseInput(step, given)
    const output =
      step.runs === 'apart' ? await answering.perform(step.name, input) : await perform(step, input, world)
    if (step.then) queue.followLater(step, projectOf(input))
    return output
  }
  async function performWhile(step: Step, given: unknown): Promise<unknown> {
    const ended = await endOf(queue.watch((await queue.start(step, given)).id))
    if (ended.state !== 'done') throw failureOf(ended.error ?? cancelled(ended))
    return ended.output
  }
  return {
    steps,
    store: o.store,
    configuration: o.configuration,
    async perform(name, given) {
      const step = rowOf(steps, name)
      return step.takes === 'a moment' ? performMoment(step, given) : performWhile(step, given)
    },
    start: async (name, given, how) => queue.start(rowOf(steps, name), given, how),
    watch: queue.watch,
    cancel: queue.cancel,
    async close() {
      closing.abort()
      await Promise.all([answering.close(), queue.close()])
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
  const images = absent<World['images']>('a step that runs here', 'images')
  const runtime = absent<World['runtime']>('a step that runs here', 'runtime')
  return { store, images, runtime, configuration, now, signal, progress: () => {}, log }
}
