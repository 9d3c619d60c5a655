// Server-sent events. A stream is pulled by its reader: a slow one is never sent more than it takes, and
// since each event tells a whole state, what it was too slow for is left out, not kept.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { Failure, sentenceOf } from '../base/index.ts'

export const beatMs = 15_000 // proxies cut lines that are silent for 30 s or more

/** Streams that are open; closing the server ends them all. */
export type Streams = { open(reply: FastifyReply, lines: Lines): FastifyReply; end(): void }
/** Yields finished events until it has nothing more to say, or the signal fires. */
export type Lines = (signal: AbortSignal) => AsyncIterable<string>

export function openStreams(): Streams {
  const all = new Set<AbortController>()
  return {
    open(reply, lines) {
      const stop = new AbortController()
      all.add(stop)
      reply.raw.once('close', () => {
        stop.abort()
        all.delete(stop)
      })
      return (
        reply
          .type('text/event-stream; charset=utf-8')
          .header('cache-control', 'no-store')
          .header('x-accel-buffering', 'no')
          // A line that ended is of no more use: closing the server need not wait for it.
          .header('connection', 'close')
          .send(Readable.from(opened(lines(stop.signal)), { objectMode: true, highWaterMark: 1 }))
      )
    },
    end: () => all.forEach((stop) => stop.abort()),
  }
}

/** Headers leave with the first bytes, so some are sent at once; what goes wrong later is an event, too. */
async function* opened(lines: AsyncIterable<string>): AsyncIterable<string> {
  yield 'retry: 1000\n\n'
  try {
    yield* lines
  } catch (thrown) {
    const kind = thrown instanceof Failure ? thrown.kind : 'crashed'
    yield eventOf({
      event: 'trouble',
      data: JSON.stringify({ error: { kind, message: sentenceOf(thrown) } }),
    })
  }
}

export const eventOf = (it: {
  readonly event: string
  readonly data: string
  readonly id?: string
}): string => `event: ${it.event}\n${it.id === undefined ? '' : `id: ${it.id}\n`}data: ${it.data}\n\n`
export const beat = ': still here\n\n'

/** What names a state: the same id means that nothing was missed. */
export const idOf = (state: string): string => createHash('sha256').update(state).digest('hex').slice(0, 16)

/** Fires when the caller has gone. */
export function signalOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort())
  return gone.signal
}
