import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Job } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { errorBody } from './errors.ts'
import { openFeeds, type Feed, type State } from './feed.ts'
import { jobIdOf, jobPath, parsed } from './job-routes.ts'
import type { Log } from './server.ts'
import { beat, beatMs, eventOf, idOf, type Streams } from './streams.ts'

const listened = z.object({
  project: z.string().optional().describe('only this project and its jobs'),
})
const streamed = z.string().describe('text/event-stream')

export function eventRoutes(app: FastifyInstance, house: House, o: { streams: Streams; log: Log }): void {
  const feedOf = openFeeds(house, o.log)
  app.get('/v1/events', {
    exposeHeadRoute: false,
    schema: {
      operationId: 'events',
      summary: 'Hear of every change of jobs and projects (server-sent events: job, project, removed)',
      tags: ['jobs'],
      querystring: listened,
      response: { 200: streamed, default: errorBody },
    },
    handler: async (request, reply) => {
      const { project } = parsed(listened, request.query)
      if (project !== undefined) await house.store.projects.get(project)
      return o.streams.open(reply, (signal) => follow(feedOf(project), signal, lastIdOf(request)))
    },
  })
  app.get('/v1/jobs/:id/events', {
    exposeHeadRoute: false,
    schema: {
      operationId: 'jobEvents',
      summary: 'Hear of every change of a job until it ends (server-sent events: job)',
      tags: ['jobs'],
      params: jobPath,
      response: { 200: streamed, default: errorBody },
    },
    handler: async (request, reply) => {
      const job = await house.store.jobs.get(jobIdOf(request))
      const last = lastIdOf(request)
      // 204 tells a browser that heard the end to stop connecting again.
      if (job.finishedAt !== null && last === idOfJob(job)) return reply.code(204).send()
      return o.streams.open(reply, (signal) => followJob(house, job, { signal, last }))
    },
  })
}

const lastIdOf = (request: FastifyRequest): string | undefined => {
  const { 'last-event-id': last } = request.headers
  return typeof last === 'string' ? last : undefined
}

/** Tells the state as it is, then what differs from what was told; nothing, if the caller has it already. */
async function* follow(feed: Feed, signal: AbortSignal, last: string | undefined): AsyncIterable<string> {
  try {
    const first = await feed.enter()
    let told: State = last === idOfState(first) ? first : new Map()
    while (!signal.aborted) {
      const now = feed.now()
      const lines = now === told ? '' : differences(told, now)
      told = now
      if (lines !== '') yield lines
      else {
        await feed.change(beatMs, signal)
        if (feed.now() === told && !signal.aborted) yield beat
      }
    }
  } finally {
    feed.leave()
  }
}

const idOfState = (state: State): string => idOf([...state.values()].map((item) => item.data).join('\n'))

/** Only the last event of a change bears its id: who was cut off in between starts before all of them. */
function differences(told: State, now: State): string {
  const changed = [...now].filter(([key, item]) => told.get(key)?.data !== item.data).map(([, item]) => item)
  const gone = [...told.keys()].filter((key) => key.startsWith('project ') && !now.has(key))
  const removed = gone.map((key) => ({
    event: 'removed',
    data: JSON.stringify({ project: key.slice('project '.length) }),
  }))
  const all = [...removed, ...changed]
  return all.map((item, i) => eventOf(i === all.length - 1 ? { ...item, id: idOfState(now) } : item)).join('')
}

const idOfJob = (job: Job): string => idOf(JSON.stringify(job))

async function* followJob(
  house: House,
  job: Job,
  { signal, last }: { readonly signal: AbortSignal; readonly last: string | undefined },
): AsyncIterable<string> {
  let told = last
  const tell = (it: Job): string | undefined => {
    const id = idOfJob(it)
    if (id === told) return undefined
    told = id
    return eventOf({ event: 'job', data: JSON.stringify(it), id })
  }
  const first = tell(job)
  if (first) yield first
  for await (const change of withBeats(house.watch(job.id, signal), signal)) {
    const line = change === 'quiet' ? beat : tell(change)
    if (line) yield line
  }
  if (signal.aborted) return
  const final = tell(await house.store.jobs.get(job.id))
  if (final) yield final
}

/** The same, with a word whenever nothing came for a while. */
async function* withBeats<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T | 'quiet'> {
  const reader = source[Symbol.asyncIterator]()
  const aborted = new Promise<'aborted'>((done) =>
    signal.addEventListener('abort', () => done('aborted'), { once: true }),
  )
  for (let next = reader.next(); ;) {
    const came = await Promise.race([next, aborted, quiet()])
    if (came === 'aborted' || signal.aborted) {
      // The watch hears the signal as well; what it still gives is no one's any more.
      next.catch(() => {})
      return
    }
    if (came === 'quiet') yield 'quiet'
    else if (came.done) return
    else {
      yield came.value
      next = reader.next()
    }
  }
}

const quiet = (): Promise<'quiet'> => new Promise((done) => setTimeout(() => done('quiet'), beatMs).unref())
