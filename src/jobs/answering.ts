// Moments that compute: one child process answers them all, many at once, and is started again after a crash.
import { Failure } from '../base/index.ts'
import { openChild, type Begin, type Child, type End } from './child.ts'
import { failureOf, type FromChild } from './messages.ts'

export type Answering = {
  perform(step: string, input: unknown): Promise<unknown>
  close(): Promise<void>
}
type Waiting = {
  readonly step: string
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Failure) => void
}

export function openAnswering(o: Begin): Answering {
  const waiting = new Map<number, Waiting>()
  let child: Child | undefined
  let count = 0
  let isClosing = false

  function hear(message: FromChild): void {
    if (message.type !== 'done' && message.type !== 'failed') return
    const asked = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.type === 'done') asked?.resolve(message.output)
    else asked?.reject(failureOf(message.error))
  }

  function start(): Child {
    const started = openChild('answer', o, hear)
    void started.ended.then((end) => {
      child = undefined
      if (!isClosing) o.log('answering child ended', { how: end.how, inHand: waiting.size })
      for (const [id, asked] of waiting) {
        waiting.delete(id)
        asked.reject(crashOf(asked.step, end))
      }
    })
    return started
  }

  return {
    perform(step, input) {
      child ??= start()
      const id = ++count
      const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { step, resolve, reject }))
      child.send({ type: 'perform', id, step, input })
      return answer
    },
    async close() {
      isClosing = true
      await child?.close()
    },
  }
}

function crashOf(step: string, end: End): Failure {
  if (end.trouble) return failureOf(end.trouble)
  return new Failure(
    'crashed',
    `cannot ${step}: the process that computes it ended (${end.how}); it is started again with the next request`,
  )
}
