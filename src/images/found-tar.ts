import { createReadStream } from 'node:fs'
import path from 'node:path'
import { PassThrough, pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import tar from 'tar-stream'
import { Failure, sentenceOf } from '../base/index.ts'
import type { Found, Place } from './place.ts'
import { isLitterInside, isSlip, labelOfName, tidy } from './names.ts'
import { sizeFault } from './read.ts'

type Entry = tar.Extract extends AsyncIterable<infer E> ? E : never

/** Entry by entry, packed by gzip or not: one image in memory at a time. */
export async function* foundInTar({ at, bytesMax, signal }: Place): AsyncGenerator<Found> {
  const name = path.basename(at)
  const extract = tar.extract()
  const isPacked = /gz$/i.test(at) || (await startsWithGzip(at))
  const unpack = isPacked ? createGunzip() : new PassThrough()
  let broken: Error | undefined
  pipeline(createReadStream(at, { signal }), unpack, extract, (error) => {
    broken = error ?? undefined
  })
  let count = 0
  try {
    for await (const entry of extract) {
      count++
      const one = await readEntry(entry, bytesMax)
      if (one) yield one
    }
  } catch (error) {
    signal.throwIfAborted()
    const said = sentenceOf(broken ?? error)
    if (count === 0) throw notATar(name, said)
    yield { name, reason: `the archive is damaged after ${count} entries: ${said}` }
    return
  }
  if (count === 0) throw notATar(name, 'it holds no entry')
}

const notATar = (name: string, why: string): Failure =>
  new Failure('bad-input', `cannot read "${name}" as a tar archive: ${why}`)

async function startsWithGzip(at: string): Promise<boolean> {
  for await (const chunk of createReadStream(at, { end: 1 })) {
    const bytes = chunk as Buffer
    return bytes[0] === 0x1f && bytes[1] === 0x8b
  }
  return false
}

async function readEntry(entry: Entry, bytesMax: number): Promise<Found | undefined> {
  const { name: given, type, size = 0 } = entry.header
  const name = tidy(given)
  const reason = faultOf(given, type ?? 'file', { size, bytesMax })
  if (type === 'directory' || isLitterInside(name.replaceAll('..', '')) || reason) {
    await drain(entry)
    return reason && type !== 'directory' ? { name: given, reason } : undefined
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of entry) chunks.push(chunk as Uint8Array)
  return { name, source: { bytes: Buffer.concat(chunks) }, label: labelOfName(name), group: null }
}

function faultOf(
  name: string,
  type: string,
  { size, bytesMax }: { readonly size: number; readonly bytesMax: number },
): string | undefined {
  if (isSlip(name)) return 'its name leads out of the archive'
  if (type === 'symlink' || type === 'link') return 'it is a link, and links in archives are not followed'
  if (type !== 'file' && type !== 'contiguous-file') return `it is a ${type}, not a file`
  if (size > bytesMax) return sizeFault(size, bytesMax)
  return undefined
}

async function drain(entry: Entry): Promise<void> {
  for await (const _ of entry) continue
}
