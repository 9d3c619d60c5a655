// POST /predict: one picture in, one class out, for callers that know nothing of projects.
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import multipart, { type MultipartFile } from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Failure, sentenceOf, type FailureKind } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { errorBody, sendError, told } from './errors.ts'

const every = z.array(z.object({ class: z.string(), confidence: z.number() }))
const predicted = z.object({
  predicted_class: z.string(),
  confidence: z.number(),
  all: every.optional().describe('every class, the likeliest first, where it was asked for'),
})
const asked = z.object({
  project: z.string().optional().describe('whose published version; by default the last published'),
  all: z.stringbool().default(false).describe('tell every class'),
})
const form = z.object({ file: z.string().meta({ format: 'binary' }).describe('a JPEG, PNG or WebP') })

/** Faults of ours and closed doors keep their status; everything else is a request to be mended: 400. */
const otherwise: readonly FailureKind[] = [
  'crashed',
  'disk-full',
  'corrupt-data',
  'newer-schema',
  'no-token',
  'not-allowed',
]

export async function predictRoute(app: FastifyInstance, house: House): Promise<void> {
  await app.register(async (inner) => {
    await inner.register(multipart, {
      limits: { files: 1, fields: 10, fileSize: house.configuration.imageBytesMax },
    })
    inner.post('/predict', {
      bodyLimit: house.configuration.imageBytesMax + 100_000,
      schema: {
        operationId: 'predictFile',
        summary: 'Say what a picture shows, by the published version',
        tags: ['service'],
        consumes: ['multipart/form-data'],
        querystring: asked,
        body: form,
        response: { 200: predicted, default: errorBody },
      },
      errorHandler: (thrown, request, reply) => {
        const known = told(thrown, request)
        if (!known) throw thrown
        return sendError(reply, otherwise.includes(known.kind) ? known : { ...known, status: 400 })
      },
      handler: async (request) => predictFile(request, house),
    })
    // Multipart alone is read here: whatever else comes is refused in the same words.
    inner.removeContentTypeParser('application/json')
    inner.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume()
      done(null)
    })
  })
}

async function predictFile(request: FastifyRequest, house: House): Promise<z.infer<typeof predicted>> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'bowerbird-predict-'))
  try {
    const file = path.join(folder, 'image')
    await receive(request, file, house.configuration.imageBytesMax)
    const { project, all } = request.query as { readonly project?: unknown; readonly all: boolean }
    const input = { files: [file], ...(project !== undefined && { project }) }
    const { all: classes, ...answer } = answerOf(await house.perform('predict', input), file)
    return all ? { ...answer, all: classes } : answer
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const needs = 'cannot predict: send one picture as multipart/form-data in the field "file"'

async function receive(request: FastifyRequest, into: string, bytesMax: number): Promise<void> {
  const type = request.headers['content-type'] ?? 'missing'
  if (!request.isMultipart()) throw new Failure('bad-input', `${needs}, and the content type is ${type}`)
  const others: string[] = []
  try {
    for await (const part of request.parts()) {
      const isText = part.type === 'field'
      if (!isText && part.fieldname === 'file') return await keep(part.file, into, bytesMax)
      if (!isText) part.file.resume()
      others.push(isText ? `${part.fieldname} (as text, not as a file)` : part.fieldname)
    }
  } catch (thrown) {
    const isOurs = thrown instanceof Failure || (thrown as NodeJS.ErrnoException).syscall !== undefined
    if (isOurs) throw thrown
    throw new Failure('bad-input', `${needs}, and the form cannot be read: ${sentenceOf(thrown)}`)
  }
  const came = others.length > 0 ? `only ${others.join(', ').slice(0, 100)} came` : 'no field came'
  throw new Failure('bad-input', `${needs}, and ${came}`)
}

async function keep(file: MultipartFile['file'], into: string, bytesMax: number): Promise<void> {
  await pipeline(file, createWriteStream(into))
  if (file.truncated)
    throw new Failure('too-large', `cannot predict: a picture has at most ${bytesMax} bytes, and more came`)
  if (file.bytesRead === 0) throw new Failure('bad-input', `${needs}, and the file that came is empty`)
}

const answered = z.object({
  predictions: z
    .array(
      z.union([
        z.object({ error: z.string() }),
        z.object({ class: z.string(), confidence: z.number(), all: every }),
      ]),
    )
    .length(1),
})

function answerOf(output: unknown, file: string): z.infer<typeof predicted> {
  const [first] = answered.parse(output).predictions
  if (first && 'class' in first) {
    return { predicted_class: first.class, confidence: first.confidence, all: first.all }
  }
  const reason = (first?.error ?? 'no prediction came').replaceAll(file, 'the file')
  throw new Failure('not-an-image', reason.startsWith('cannot') ? reason : `cannot predict: ${reason}`)
}
