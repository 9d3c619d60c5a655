// Whatever was thrown becomes { error: { kind, message } } with the kind's status; no stack leaves the house.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, kinds, namesOf, sentenceOf, type FailureKind } from '../base/index.ts'
import type { Log } from './server.ts'

export const errorBody = z.object({
  error: z.object({ kind: z.enum(namesOf(kinds)), message: z.string() }),
})

export type Told = { readonly status: number; readonly kind: FailureKind; readonly message: string }

/** What fastify itself throws, in our words; its own message is the reason after the colon. */
const frameworkErrors: Readonly<Record<string, (of: Refused) => Told>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ({ url, type }) => ({
    status: 415,
    kind: 'bad-input',
    message: unread(url, `it takes application/json unless /docs says otherwise, and it came as ${type}`),
  }),
  FST_ERR_CTP_BODY_TOO_LARGE: ({ url, limit }) => ({
    status: 413,
    kind: 'too-large',
    message: unread(url, `it takes at most ${limit} bytes at once, and more came`),
  }),
  FST_INVALID_MULTIPART_CONTENT_TYPE: ({ url, type }) => ({
    status: 400,
    kind: 'bad-input',
    message: unread(url, `it takes multipart/form-data, and it came as ${type}`),
  }),
}
const unread = (url: string, reason: string): string => `cannot read what ${url} was sent: ${reason}`
type Refused = { readonly url: string; readonly type: string; readonly limit: number }

export function told(thrown: unknown, request: FastifyRequest): Told | undefined {
  if (thrown instanceof Failure)
    return { status: kinds[thrown.kind].http, kind: thrown.kind, message: thrown.message }
  const { code, statusCode } = thrown as { readonly code?: unknown; readonly statusCode?: unknown }
  if (code === 'ENOSPC') {
    const message = 'cannot keep what was sent: the disk is full; free some space and send it again'
    return { status: kinds['disk-full'].http, kind: 'disk-full', message }
  }
  const url = request.routeOptions.url ?? request.url
  const type = request.headers['content-type'] ?? 'missing'
  const refused = { url, type, limit: request.routeOptions.bodyLimit }
  const known = typeof code === 'string' ? frameworkErrors[code] : undefined
  if (known) return known(refused)
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { status: statusCode, kind: 'bad-input', message: unread(url, sentenceOf(thrown)) }
  }
  return undefined
}

export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setErrorHandler((thrown, request, reply) => {
    const known = told(thrown, request)
    if (known) return sendError(reply, known)
    log('crashed', {
      request: request.id,
      method: request.method,
      url: request.url,
      message: sentenceOf(thrown),
      stack: thrown instanceof Error ? thrown.stack : undefined,
    })
    const message = `the program failed while answering; its log has the reason under request ${request.id}`
    return sendError(reply, { status: 500, kind: 'crashed', message })
  })
}

export const sendError = (reply: FastifyReply, { status, kind, message }: Told): FastifyReply =>
  reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send({ error: { kind, message } })

/** For a path that nobody serves: names the methods that are served there, if any. */
export function unknownRoute(
  app: FastifyInstance,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const path = request.url.split('?')[0] ?? '/'
  const others = (['GET', 'POST', 'PUT'] as const).filter(
    (method) => method !== request.method && (app.findRoute({ method, url: path }) ?? null) !== null,
  )
  const hint = others.length > 0 ? `it takes ${others.join(' and ')}` : 'the routes there are stand in /docs'
  const message = `cannot ${request.method} ${path.slice(0, 200)}: there is no such route; ${hint}`
  return sendError(reply, { status: 404, kind: 'not-found', message })
}
