// What runs in a child of a pool: it is told once what holds for all, then a request in, a reply out.
import { Failure, type FailureKind } from '../base/index.ts'
import type { FromChild, ToChild } from './pool.ts'

/** May tell of what is done so far before it replies. */
export type Answer = (request: unknown, tell: (word: unknown) => void) => Promise<unknown>

/** Serves until the parent is gone; what is thrown and is no failure is one of the kind named. */
export function serve(open: (given: unknown) => Answer | Promise<Answer>, faultKind: FailureKind): void {
  const say = (message: FromChild) => process.send!(message)
  const first = Promise.withResolvers<unknown>()
  const answer = first.promise.then(open)
  answer.catch(() => {}) // each request is told
  // One after another: libraries keep one error text a process, and two failing at once swap their reasons.
  let last: Promise<unknown> = Promise.resolve()
  process.on('message', (message: ToChild) => {
    if ('given' in message) return first.resolve(message.given)
    const { id, request } = message
    last = last
      .then(async () => (await answer)(request, (word) => say({ id, word })))
      .then(
        (value) => say({ id, value }),
        (error: unknown) => {
          const kind = error instanceof Failure ? error.kind : faultKind
          say({ id, error: { kind, message: (error as Error).message } })
        },
      )
  })
  // Ctrl-C reaches the whole group of processes: the parent decides what ends.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
  // The parent is gone or has closed us: nobody waits for what is in hand.
  process.on('disconnect', () => process.exit(0))
  say({ ready: true })
}
