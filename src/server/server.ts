// HTTP out of steps: no rule of the domain lives here.
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'
import { Failure, sentenceOf } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { answerErrors } from './errors.ts'
import { eventRoutes } from './events.ts'
import { checkAddress, guard, portOf } from './guard.ts'
import { setHeaders } from './headers.ts'
import { jobRoutes } from './job-routes.ts'
import { describeRoutes } from './openapi.ts'
import { servePage } from './page.ts'
import { pictureRoutes } from './pictures.ts'
import { predictRoute } from './predict.ts'
import { stepRoutes } from './step-routes.ts'
import { openStreams } from './streams.ts'
import { uploadRoutes } from './uploads.ts'

export type Log = (event: string, fields: Readonly<Record<string, unknown>>) => void
export type Address = {
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  /** Empty: none is asked for; refused off loopback. */
  readonly token: string
  /** The folder of the built page. */
  readonly page?: string
  readonly log?: Log
  /** Tells how old an abandoned upload is. */
  readonly now?: () => number
}
export type Server = { readonly url: string; close(): Promise<void> }

const bodyBytesMax = 4_000_000 // 10,000 answers are about 1 MB

export async function serve(house: House, at: Address): Promise<Server> {
  checkAddress(at)
  const log = at.log ?? logToErrors
  // A crash is told by number: what it was must stand somewhere even where the log is quiet.
  const logCrash: Log = (event, fields) => {
    logToErrors(event, fields)
    at.log?.(event, fields)
  }
  const streams = openStreams()
  const app = fastify({ bodyLimit: bodyBytesMax, forceCloseConnections: 'idle' })
  // Steps are parsed once, by the house, in our words; fastify only describes them.
  app.setValidatorCompiler(() => (value) => ({ value }))
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  readJson(app)
  setHeaders(app, at)
  guard(app, at)
  answerErrors(app, logCrash)
  await describeRoutes(app, at)
  healthRoute(app)
  stepRoutes(app, house)
  jobRoutes(app, house)
  eventRoutes(app, house, { streams, log })
  pictureRoutes(app, house)
  await predictRoute(app, house)
  const uploads = uploadRoutes(app, house, { now: at.now ?? wallClock, log })
  await servePage(app, at)
  await listen(app, at)
  void uploads.tidy().catch((error: unknown) => log('uploads not tidied', { message: sentenceOf(error) }))
  return {
    url: urlOf(app, at),
    close() {
      streams.end()
      uploads.close()
      return closeSoon(app)
    },
  }
}

function healthRoute(app: FastifyInstance): void {
  app.get('/health', {
    schema: {
      operationId: 'health',
      summary: 'Say that the service is there',
      tags: ['service'],
      response: { 200: z.object({ status: z.literal('ok') }) },
    },
    handler: async () => ({ status: 'ok' }),
  })
}

/** A step without inputs needs no body: an empty one counts as {}. */
function readJson(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, String(body).trim() === '' ? {} : JSON.parse(String(body)))
    } catch (thrown) {
      done(new Failure('bad-input', `cannot read the request: its body must be JSON (${sentenceOf(thrown)})`))
    }
  })
}

async function listen(app: FastifyInstance, at: Address): Promise<void> {
  try {
    await app.listen({ host: at.host, port: at.port })
  } catch (thrown) {
    await app.close()
    throw listenFailure(thrown, at)
  }
}

function listenFailure(thrown: unknown, { host, port }: Address): unknown {
  const { code } = thrown as { readonly code?: unknown }
  const failed = `cannot serve on ${host}:${port}`
  const cause = { cause: thrown }
  if (code === 'EADDRINUSE')
    return new Failure(
      'port-taken',
      `${failed}: a port serves one program, and port ${port} is taken; ` +
        'stop the other, or give another port with --port',
      cause,
    )
  if (code === 'EACCES')
    return new Failure(
      'not-allowed',
      `${failed}: ports below 1024 belong to the system; give another with --port`,
      cause,
    )
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Failure(
      'bad-input',
      `${failed}: the host must be an address of this machine, and ${host} is not`,
      cause,
    )
  return thrown
}

const urlOf = (app: FastifyInstance, at: Address): string =>
  `http://${at.host.includes(':') ? `[${at.host}]` : at.host}:${portOf(app, at)}`

/** Answers under way get half a second; then every connection is cut. */
async function closeSoon(app: FastifyInstance): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), 500)
  await app.close()
  clearTimeout(cut)
}

const logToErrors: Log = (event, fields) =>
  void process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`)

const wallClock = (): number => performance.timeOrigin + performance.now()
