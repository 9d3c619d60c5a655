// The child's side: it begins when told what holds, serves one role, and ends with its parent.
import os from 'node:os'
import { Failure } from '../base/index.ts'
import { perform, type Configuration } from '../steps/index.ts'
import { rowOf, troubleOf, type Duty, type Role, type Say, type ToChild, type Workplace } from './messages.ts'
import { takeJobs } from './take.ts'

const duties: Record<Role, (place: Workplace, say: Say) => Duty> = { answer, jobs: takeJobs }

/** Serves as a child process until told to close, or until the parent is gone. */
export async function work(
  role: Role,
  makePlace: (configuration: Configuration, log: Workplace['world']['log']) => Promise<Workplace>,
): Promise<void> {
  const say: Say = (message, then) => {
    if (process.connected) process.send?.(message, undefined, {}, () => then?.())
  }
  // Ctrl-C reaches the whole group of processes: the face decides what is cancelled, in order.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  // Who waits for an answer goes first: with every core embedding, HTTP stood still for 270 ms and more.
  if (role === 'jobs') os.setPriority(os.constants.priority.PRIORITY_BELOW_NORMAL)
  process.on('disconnect', () => process.exit(0))
  const heard = listen()
  const first = await heard.next()
  if (first.type !== 'begin') return process.exit(2)
  const place = await makePlace(first.configuration, (event, fields) =>
    say({ type: 'log', event, fields }),
  ).catch((error: unknown) => say({ type: 'unable', error: troubleOf(error) }, leave))
  if (!place) return
  const duty = duties[role](place, say)
  say({ type: 'ready' })
  for (let message = await heard.next(); message.type !== 'close'; message = await heard.next()) {
    duty.hear(message)
  }
  await duty.close()
  await place.close()
  leave()
}

const leave = (): void => process.disconnect?.()

/** Messages one by one, none lost while the place is being made. */
function listen(): { next(): Promise<ToChild> } {
  const queue: ToChild[] = []
  let wake: (() => void) | undefined
  process.on('message', (message) => {
    queue.push(message as ToChild)
    wake?.()
  })
  return {
    async next() {
      while (queue.length === 0) await new Promise<void>((done) => (wake = done))
      return queue.shift()!
    },
  }
}

/** Performs what is asked, many at once; a failure is an answer too. */
function answer(place: Workplace, say: Say): Duty {
  const closing = new AbortController()
  const inHand = new Set<Promise<void>>()
  const performOne = async (id: number, name: string, input: unknown): Promise<void> => {
    try {
      const step = rowOf(place.steps, name)
      const world = { ...place.world, signal: closing.signal, progress: () => {} }
      const output = await perform(step, input, world)
      say({ type: 'done', id, output })
    } catch (error) {
      const stack = error instanceof Failure || !(error instanceof Error) ? undefined : error.stack
      if (stack) place.world.log('fault', { step: name, stack })
      say({ type: 'failed', id, error: troubleOf(error) })
    }
  }
  return {
    hear(message) {
      if (message.type !== 'perform') return
      const one = performOne(message.id, message.step, message.input)
      inHand.add(one)
      void one.then(() => inHand.delete(one))
    },
    async close() {
      closing.abort(new Failure('cancelled', 'the program is closing'))
      await Promise.all(inHand)
    },
  }
}
