// Thumbnails and originals: an image's bytes never change, so browsers may keep them for good.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Hash, ImageId } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import { errorBody } from './errors.ts'
import { idIn, parsed } from './job-routes.ts'

const where = z.object({ project: z.string().min(1).describe('the project’s name') })
const path = z.object({ id: z.int().min(1).describe('the image’s id') })
const bytes = z.string().meta({ format: 'binary' }).describe('the picture')

const kindsOfPicture = {
  thumbnail: 'Show an image small, the right way up',
  original: 'Show an image as it was added',
} as const

export function pictureRoutes(app: FastifyInstance, { store }: House): void {
  for (const [kind, summary] of Object.entries(kindsOfPicture)) {
    app.get(`/v1/images/:id/${kind}`, {
      schema: {
        operationId: kind,
        summary,
        tags: ['images'],
        params: path,
        querystring: where,
        response: { 200: bytes, default: errorBody },
      },
      handler: async (request, reply) => {
        const { project } = parsed(where, request.query)
        const image = await store.images.get(project, idIn(request, 'image') as ImageId)
        const hash: Hash = kind === 'thumbnail' ? image.thumbnail : image.hash
        const tag = `"${hash}"`
        void reply.header('cache-control', 'private, max-age=31536000, immutable').header('etag', tag)
        if (request.headers['if-none-match'] === tag) return reply.code(304).send()
        const blob = await store.blobs.get(hash)
        return reply.type(typeOf(blob)).send(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength))
      },
    })
  }
}

/** By the first bytes: a name may say anything. */
function typeOf(blob: Uint8Array): string {
  const [first, second] = blob
  if (first === 0xff && second === 0xd8) return 'image/jpeg'
  if (first === 0x89 && second === 0x50) return 'image/png'
  if (first === 0x52 && second === 0x49) return 'image/webp'
  return 'application/octet-stream'
}
