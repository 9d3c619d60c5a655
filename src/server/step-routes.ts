// Every step is a route: reads are GET with a query string, others POST JSON; what takes a while is a job.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, type Job } from '../base/index.ts'
import { failureOf, type House } from '../jobs/index.ts'
import type { Step } from '../steps/index.ts'
import { errorBody } from './errors.ts'
import { jobBody } from './job-routes.ts'
import { queryReader } from './query.ts'
import { signalOf } from './streams.ts'

export function stepRoutes(app: FastifyInstance, house: House): void {
  for (const step of house.steps) {
    if (step.takes === 'a while') jobRoute(app, house, step)
    else if (step.reads) readRoute(app, house, step)
    else writeRoute(app, house, step)
  }
}

const described = (step: Step) => ({
  operationId: step.name,
  summary: step.summary,
  tags: [step.takes === 'a while' ? 'steps that take a while' : 'steps'],
})

function readRoute(app: FastifyInstance, house: House, step: Step): void {
  const read = queryReader(step.input)
  app.get(`/v1/${step.name}`, {
    schema: {
      ...described(step),
      querystring: step.input,
      response: { 200: step.output, default: errorBody },
    },
    handler: async (request, reply) => {
      const input = read(known(step, request.query))
      return reply.header('cache-control', 'no-store').send(await house.perform(step.name, input))
    },
  })
}

function writeRoute(app: FastifyInstance, house: House, step: Step): void {
  app.post(`/v1/${step.name}`, {
    schema: { ...described(step), body: step.input, response: { 200: step.output, default: errorBody } },
    handler: async (request, reply) =>
      reply.send(await house.perform(step.name, known(step, request.body === undefined ? {} : request.body))),
  })
}

const how = z.object({
  wait: z.stringbool().default(false).describe('answer only when the job has ended'),
  again: z.stringbool().default(false).describe('do it again even if the same was done before'),
})

function jobRoute(app: FastifyInstance, house: House, step: Step): void {
  app.post(`/v1/${step.name}`, {
    schema: {
      ...described(step),
      body: step.input,
      querystring: how,
      response: { 200: jobBody, 202: jobBody, default: errorBody },
    },
    handler: async (request, reply) => {
      const { wait, again } = readHow(request)
      const job = await house.start(step.name, known(step, request.body === undefined ? {} : request.body), {
        again,
      })
      if (!wait) return reply.code(202).header('location', `/v1/jobs/${job.id}`).send({ job })
      return reply.send({ job: await ended(house, job, signalOf(reply)) })
    },
  })
}

function readHow(request: FastifyRequest): z.infer<typeof how> {
  const parsed = how.safeParse(request.query)
  if (parsed.success) return parsed.data
  throw new Failure(
    'bad-input',
    `cannot start: wait and again are true or false, and ${shown(request.query)} was given`,
  )
}

async function ended(house: House, job: Job, signal: AbortSignal): Promise<Job> {
  for await (const change of house.watch(job.id, signal)) void change
  const last = await house.store.jobs.get(job.id)
  if (last.error && last.state === 'failed') throw failureOf(last.error)
  if (last.state === 'done' || signal.aborted) return last
  throw new Failure('cancelled', `job ${job.id} (${job.step}) ended as ${last.state}`)
}

/** A misspelt input would be passed over in silence: it is refused, with the names there are. */
function known(step: Step, given: unknown): Record<string, unknown> {
  if (given === null || typeof given !== 'object' || Array.isArray(given))
    throw new Failure(
      'bad-input',
      `cannot ${step.name}: the input must be an object, and ${shown(given)} was given`,
    )
  const names = Object.keys(step.input.shape)
  const unknown = Object.keys(given).filter((name) => !names.includes(name))
  if (unknown.length === 0) return given as Record<string, unknown>
  const takes = names.length > 0 ? `the inputs are ${names.join(', ')}` : 'it takes no input'
  throw new Failure(
    'bad-input',
    `cannot ${step.name}: ${takes}, and ${unknown.join(', ').slice(0, 80)} was given`,
  )
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80)
