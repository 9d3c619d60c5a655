// A real house in a temporary folder, served on a free port, and a caller that may send any header.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { after } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import { openBowerbird, type Bowerbird } from '../../src/index.ts'
import { serve, type Address, type Server } from '../../src/server/index.ts'

export type Rig = {
  readonly bower: Bowerbird
  readonly server: Server
  readonly data: string
  readonly log: { event: string; fields: Readonly<Record<string, unknown>> }[]
  ask(path: string, how?: How): Promise<Answer>
}
export type How = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Sent as JSON. */
  readonly json?: unknown
}
export type Answer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  // Tests look into answers freely.
  readonly json: ReturnType<typeof JSON.parse>
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-server-'))
  after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
  return folder
}

/** Closed after the tests of the file. */
export async function openRig(at: Partial<Address> = {}, data = temporaryFolder()): Promise<Rig> {
  const log: Rig['log'] = []
  const bower = await openBowerbird({ data, encoder: 'builtin', stays: false, imageBytesMax: 200_000 })
  const server = await serve(bower.house, {
    host: '127.0.0.1',
    port: 0,
    token: '',
    log: (event, fields) => void log.push({ event, fields }),
    ...at,
  })
  after(async () => {
    await server.close()
    await bower.close()
  })
  return { bower, server, data, log, ask: (where, how) => ask(server.url + where, how) }
}

export function ask(url: string, { method, headers = {}, body, json }: How = {}): Promise<Answer> {
  const sent = json === undefined ? body : JSON.stringify(json)
  const all = { ...(json !== undefined && { 'content-type': 'application/json' }), ...headers }
  const options = { method: method ?? (sent === undefined ? 'GET' : 'POST'), headers: all, agent: false }
  return new Promise((done, fail) => {
    const request = http.request(url, options, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('error', fail)
      response.on('end', () => done(answerOf(response, Buffer.concat(parts))))
    })
    request.on('error', fail)
    request.end(sent)
  })
}

function answerOf({ statusCode = 0, headers }: http.IncomingMessage, bytes: Buffer): Answer {
  const text = bytes.toString()
  const isJson = headers['content-type']?.includes('json') ?? false
  return {
    status: statusCode,
    headers,
    bytes,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  }
}

/** Waits for what happens in the background; says what never came true. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  ms = 8_000,
): Promise<void> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    if (await holds()) return
    await new Promise((done) => setTimeout(done, 25))
  }
  throw new Error(`waited ${ms} ms in vain: ${what}`)
}

// One red pixel.
export const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==',
  'base64',
)

/** Rows straight into the store: no decoding, so that routes are tested without a child process. */
export async function addImages({ bower }: Rig, project: string, count: number): Promise<readonly ImageId[]> {
  const { store } = bower.house
  const images = await Promise.all(
    Array.from({ length: count }, async (_, i) => ({
      hash: await store.blobs.put(Buffer.concat([png, Buffer.from([i])])),
      thumbnail: await store.blobs.put(Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from([i])])),
      name: `bird-${i}.png`,
      width: 1,
      height: 1,
      sizeBytes: png.length + 1,
      format: 'png' as const,
      group: null,
      fingerprint: createHash('sha256').update(String(i)).digest('hex').slice(0, 16),
    })),
  )
  return (await store.images.add(project, images, 1)).ids
}

export type Heard = {
  readonly event: string
  readonly id: string | undefined
  readonly data: ReturnType<typeof JSON.parse>
}
export type Line = {
  readonly status: number
  readonly heard: Heard[]
  readonly ended: Promise<void>
  close(): void
}

/** Listens to server-sent events. */
export function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Line> {
  return new Promise((done, fail) => {
    const request = http.get(url, { headers, agent: false }, (response) => {
      const heard: Heard[] = []
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n')
        rest = blocks.pop() ?? ''
        heard.push(...blocks.flatMap(heardOf))
      })
      const ended = new Promise<void>((end) => response.on('close', () => end()))
      response.on('error', () => {})
      done({ status: response.statusCode ?? 0, heard, ended, close: () => request.destroy() })
    })
    request.on('error', fail)
  })
}

function heardOf(block: string): readonly Heard[] {
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const at = line.indexOf(': ')
      return [line.slice(0, at), line.slice(at + 2)]
    }),
  )
  const event = fields.get('event')
  if (event === undefined) return []
  return [{ event, id: fields.get('id'), data: JSON.parse(fields.get('data') ?? 'null') }]
}
