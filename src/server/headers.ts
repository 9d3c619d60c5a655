// What browsers may do with our answers: run our own scripts, ask only us, show us in no frame.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import { builtPage } from './page.ts'
import type { Address } from './server.ts'

export function setHeaders(app: FastifyInstance, at: Address): void {
  const folder = builtPage(at)
  const policy = policyFor(folder === undefined ? '' : readFileSync(path.join(folder, 'index.html'), 'utf8'))
  app.addHook('onRequest', async (_request, reply) => {
    void reply
      .header('content-security-policy', policy)
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('cross-origin-resource-policy', 'same-origin')
  })
}

/** Scripts that stand in the page itself (the theme, before first paint) are allowed by their hash. */
function policyFor(html: string): string {
  const hashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
  return [
    "default-src 'self'",
    `script-src ${["'self'", ...hashes].join(' ')}`,
    // Parts that float are placed by style attributes.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}
