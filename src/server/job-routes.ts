import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, jobStates, type JobId } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { errorBody } from './errors.ts'
import { queryReader } from './query.ts'

/** What a job is on the wire; its type in base is the promise, this is its description. */
export const jobShape = z.object({
  id: z.int(),
  key: z.string(),
  project: z.string().nullable(),
  step: z.string(),
  input: z.unknown(),
  state: z.enum(jobStates),
  progress: z.object({ done: z.number(), total: z.number().nullable(), sentence: z.string() }),
  attempts: z.int(),
  output: z.unknown(),
  error: z.object({ kind: z.string(), message: z.string() }).nullable(),
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  finishedAt: z.number().nullable(),
})
export const jobBody = z.object({ job: jobShape })

const listed = z.object({
  project: z.string().optional().describe('only jobs of this project'),
  state: z.enum(jobStates).optional().describe('only jobs in this state'),
  limit: z.int().min(1).max(1000).default(100).describe('how many, the newest first'),
})
export const jobPath = z.object({ id: z.int().min(1) })

export function jobRoutes(app: FastifyInstance, house: House): void {
  const read = queryReader(listed)
  app.get('/v1/jobs', {
    schema: {
      operationId: 'jobs',
      summary: 'List jobs, the newest first',
      tags: ['jobs'],
      querystring: listed,
      response: { 200: z.object({ jobs: z.array(jobShape) }), default: errorBody },
    },
    handler: async (request, reply) => {
      const { project, state, limit } = parsed(listed, read(request.query as Record<string, unknown>))
      const of = { limit, ...(project !== undefined && { project }), ...(state !== undefined && { state }) }
      return reply.header('cache-control', 'no-store').send({ jobs: await house.store.jobs.list(of) })
    },
  })
  app.get('/v1/jobs/:id', {
    schema: {
      operationId: 'job',
      summary: 'Show a job',
      tags: ['jobs'],
      params: jobPath,
      response: { 200: jobBody, default: errorBody },
    },
    handler: async (request, reply) =>
      reply.header('cache-control', 'no-store').send({ job: await house.store.jobs.get(jobIdOf(request)) }),
  })
  app.post('/v1/jobs/:id/cancel', {
    schema: {
      operationId: 'cancelJob',
      summary: 'Cancel a job',
      tags: ['jobs'],
      params: jobPath,
      response: { 200: jobBody, default: errorBody },
    },
    handler: async (request, reply) => reply.send({ job: await house.cancel(jobIdOf(request)) }),
  })
}

export const jobIdOf = (request: FastifyRequest): JobId => idIn(request, 'job') as JobId

export function idIn(request: FastifyRequest, what: 'job' | 'image'): number {
  const { id } = request.params as { readonly id: string }
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id)
  throw new Failure(
    'bad-input',
    `cannot show a ${what}: its id is a whole number from 1, and ${id.slice(0, 80)} was given`,
  )
}

/** For our own routes; steps are parsed by the house. */
export function parsed<T extends z.ZodType>(schema: T, given: unknown): z.infer<T> {
  const result = schema.safeParse(given)
  if (result.success) return result.data
  const reasons = result.error.issues.map((i) => `${i.path.join('.') || 'the input'}: ${i.message}`)
  throw new Failure('bad-input', `cannot read the request: ${reasons.slice(0, 5).join('; ')}`)
}
