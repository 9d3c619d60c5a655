// The built page at /, and a plain word where it is not built.
import { existsSync } from 'node:fs'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { unknownRoute } from './errors.ts'
import { cookieFor } from './guard.ts'
import type { Address } from './server.ts'

export async function servePage(app: FastifyInstance, at: Address): Promise<void> {
  const folder = builtPage(at)
  if (folder !== undefined) {
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: true,
      index: false,
      cacheControl: false,
      setHeaders: (reply, file) => void reply.header('cache-control', cacheOf(file)),
    })
  }
  const first = (reply: FastifyReply): FastifyReply =>
    folder ? reply.sendFile('index.html') : reply.type('text/html; charset=utf-8').send(plainPage)
  app.get('/', { schema: { hide: true } }, async (request, reply) => {
    const { token } = request.query as { readonly token?: unknown }
    if (typeof token !== 'string') return first(reply)
    const cookie = cookieFor(at, token)
    // The token leaves the address bar, and with it the history.
    return (cookie ? reply.header('set-cookie', cookie) : reply).redirect('/', 303)
  })
  app.setNotFoundHandler((request, reply) => {
    if (folder && isForPage(request)) return first(reply)
    return unknownRoute(app, request, reply)
  })
}

/** The folder of the page, if there is one in it. */
export function builtPage({ page }: Address): string | undefined {
  const folder = page === undefined ? undefined : path.resolve(page)
  return folder !== undefined && existsSync(path.join(folder, 'index.html')) ? folder : undefined
}

/** The page keeps its own paths: a browser that opens one gets the page. */
const isForPage = ({ method, url, headers }: FastifyRequest): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  !/^\/(v1|docs|predict|health|assets)(\/|\?|$)/.test(url) &&
  (headers.accept ?? '').includes('text/html')

/** The builder puts a hash of the content into the names below assets/. */
const cacheOf = (file: string): string =>
  /[\\/]assets[\\/]/.test(file) ? 'public, max-age=31536000, immutable' : 'no-cache'

const plainPage = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>bowerbird</title>
<h1>bowerbird is serving</h1>
<p>The page is not built: run <code>npm run build</code>, then start again.
The API works all the same: see <a href="/docs">/docs</a>.</p></html>
`
