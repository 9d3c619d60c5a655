// Thousands of files from a browser: a list first, then parts of each, at last the job that adds them.
import path from 'node:path'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, sentenceOf, type Job, type JobId } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { parseInput } from '../steps/index.ts'
import { errorBody, sendError, told } from './errors.ts'
import { jobBody, parsed } from './job-routes.ts'
import type { Log } from './server.ts'
import { openStaging, WrongOffset, type Staging } from './staging.ts'

const chunkBytesMax = 8 * 1024 * 1024
const manifestBytesMax = 64_000_000 // 100,000 names of 600 bytes
const dayMs = 86_400_000

const manifest = z.object({
  project: z.string().describe('the project that the files go to'),
  files: z
    .array(
      z.object({
        name: z.string().min(1).max(4096).describe('its path below the folder that was dropped'),
        size: z.int().min(0),
        modified: z.number().optional().describe('tells apart files of the same name and size'),
      }),
    )
    .min(1)
    .max(100_000),
})
const begun = z.object({
  upload: z.string(),
  have: z.array(z.int()).describe('how many bytes of each file are there already'),
})
const finished = z.object({ labels: z.enum(['none', 'folders']).default('none') })
const uploadPath = z.object({ upload: z.string() })
const partPath = uploadPath.extend({ index: z.string().describe('the file’s place in the list, from 0') })
const partQuery = z.object({ offset: z.string().describe('where in the file these bytes belong') })
const wrongOffset = errorBody.extend({ offset: z.int().describe('the offset wanted') })

export type Uploads = { tidy(): Promise<void>; close(): void }
type Context = {
  readonly house: House
  readonly staging: Staging
  readonly sweep: (u: string, j: Job) => void
}

export function uploadRoutes(
  app: FastifyInstance,
  house: House,
  o: { now: () => number; log: Log },
): Uploads {
  const staging = openStaging(path.resolve(house.configuration.data, 'uploads'))
  const stop = new AbortController()
  const sweep = (upload: string, job: Job): void =>
    void removeWhenEnded({ house, staging }, { upload, job, signal: stop.signal }).catch((error: unknown) =>
      o.log('upload not removed', { upload, message: sentenceOf(error) }),
    )
  const context: Context = { house, staging, sweep }
  beginRoute(app, context)
  void app.register(async (inner) => partRoute(inner, context))
  finishRoute(app, context)
  abandonRoute(app, context)
  return { tidy: () => tidy(context, o.now), close: () => stop.abort() }
}

const described = (operationId: string, summary: string) => ({ operationId, summary, tags: ['uploads'] })

function beginRoute(app: FastifyInstance, { house, staging }: Context): void {
  app.post('/v1/uploads', {
    bodyLimit: manifestBytesMax,
    schema: {
      ...described('beginUpload', 'Begin an upload, or go on with the same one'),
      body: manifest,
      response: { 200: begun, default: errorBody },
    },
    handler: async (request) => {
      const it = parsed(manifest, request.body)
      const add = house.steps.find((step) => step.name === 'add')
      // What would be refused at the end is refused before gigabytes were sent.
      if (add) parseInput(add, { project: it.project, from: 'an upload' })
      const upload = await staging.begin(it)
      return { upload, have: await staging.have(upload) }
    },
  })
  app.get('/v1/uploads/:upload', {
    schema: {
      ...described('upload', 'Show how much of an upload is there'),
      params: uploadPath,
      response: { 200: begun, default: errorBody },
    },
    handler: async (request) => {
      const { upload } = parsed(uploadPath, request.params)
      return { upload, have: await staging.have(upload) }
    },
  })
}

function partRoute(app: FastifyInstance, { staging }: Context): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.put('/v1/uploads/:upload/:index', {
    bodyLimit: chunkBytesMax,
    schema: {
      ...described('uploadPart', 'Send the next bytes of a file, at most 8 MB'),
      consumes: ['application/octet-stream'],
      params: partPath,
      querystring: partQuery,
      body: z.string().meta({ format: 'binary' }),
      response: {
        200: z.object({ have: z.int().describe('how many bytes of the file are there now') }),
        409: wrongOffset,
        default: errorBody,
      },
    },
    errorHandler: (thrown, request, reply) => {
      const known = told(thrown, request)
      if (!known) throw thrown
      if (!(thrown instanceof WrongOffset)) return sendError(reply, known)
      const { kind, message } = known
      return reply.code(409).send({ error: { kind, message }, offset: thrown.wanted })
    },
    handler: async (request) => {
      const { upload, index } = parsed(partPath, request.params)
      const { offset } = parsed(partQuery, request.query)
      const chunk = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
      const of = { index: wholeNumber('index', index), offset: wholeNumber('offset', offset), chunk }
      return { have: await staging.put(upload, of) }
    },
  })
}

function finishRoute(app: FastifyInstance, context: Context): void {
  app.post('/v1/uploads/:upload/finish', {
    schema: {
      ...described('finishUpload', 'Add the files that were uploaded'),
      params: uploadPath,
      body: finished,
      response: { 202: jobBody, default: errorBody },
    },
    handler: async (request, reply) => {
      const { upload } = parsed(uploadPath, request.params)
      const { labels } = parsed(finished, request.body ?? {})
      return reply.code(202).send({ job: await finish(context, upload, labels) })
    },
  })
}

/** Finished twice (a line that was cut): the same job. */
async function finish({ house, staging, sweep }: Context, upload: string, labels: string): Promise<Job> {
  const { project } = await staging.read(upload)
  const noted = await staging.note(upload)
  const before = noted === undefined ? undefined : await house.store.jobs.get(noted as JobId)
  if (before && before.state !== 'failed') return before
  const from = await staging.complete(upload)
  // The folder is named by the list of files: what was added from the same list before is no reason to stop.
  const job = await house.start('add', { project, from, labels }, { again: true })
  await staging.note(upload, job.id)
  sweep(upload, job)
  return job
}

function abandonRoute(app: FastifyInstance, { staging }: Context): void {
  app.delete('/v1/uploads/:upload', {
    schema: {
      ...described('abandonUpload', 'Give an upload up'),
      params: uploadPath,
      response: { 200: z.object({ removed: z.string() }), default: errorBody },
    },
    handler: async (request: FastifyRequest) => {
      const { upload } = parsed(uploadPath, request.params)
      await staging.read(upload)
      if ((await staging.note(upload)) !== undefined)
        throw new Failure(
          'not-ready',
          `cannot give up upload ${upload}: it is being added; cancel that job instead`,
        )
      await staging.remove(upload)
      return { removed: upload }
    },
  })
}

type Swept = { readonly upload: string; readonly job: Job; readonly signal: AbortSignal }

/** After a failure the files stay for a day: finishing again needs no second upload. */
async function removeWhenEnded(
  { house, staging }: Pick<Context, 'house' | 'staging'>,
  { upload, job, signal }: Swept,
): Promise<void> {
  for await (const change of house.watch(job.id, signal)) void change
  if (signal.aborted) return
  const { state } = await house.store.jobs.get(job.id)
  if (state === 'done' || state === 'cancelled') await staging.remove(upload)
}

/** At the start: uploads whose job ended meanwhile, and those that nobody touched for a day. */
async function tidy({ house, staging, sweep }: Context, now: () => number): Promise<void> {
  for (const upload of await staging.list()) {
    const noted = await staging.note(upload)
    const job =
      noted === undefined ? undefined : await house.store.jobs.get(noted as JobId).catch(() => undefined)
    if (job && job.state !== 'failed') sweep(upload, job)
    else if (now() - (await staging.touchedAt(upload)) > dayMs) await staging.remove(upload)
  }
}

function wholeNumber(what: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new Failure(
    'bad-input',
    `cannot take these bytes: ${what} is a whole number from 0, and "${text.slice(0, 40)}" was given`,
  )
}
