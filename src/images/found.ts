// Where images come from: a folder, an archive, a list or one file, each as one stream of what was found.
import { open, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { foundInFolder } from './found-folder.ts'
import { foundInList } from './found-list.ts'
import { foundInTar } from './found-tar.ts'
import { foundInZip } from './found-zip.ts'
import { type Found, type Place, unreadable } from './place.ts'

export type FindOptions = {
  readonly signal?: AbortSignal
  /** Larger files inside archives are passed over instead of unpacked. */
  readonly bytesMax?: number
}

const isZip = (head: Buffer): boolean => ['PK\x03\x04', 'PK\x05\x06'].includes(head.toString('latin1', 0, 4))
const isList = (at: string): boolean => /\.(?:csv|jsonl|ndjson)$/i.test(at)

/** A row a kind of place: how it is told, and how it is walked. */
const places: readonly {
  readonly is: (at: string, head: Buffer) => boolean
  readonly found: (place: Place) => AsyncIterable<Found>
}[] = [
  { is: (at, head) => isZip(head) || /\.zip$/i.test(at), found: foundInZip },
  { is: (_, head) => head[0] === 0x1f && head[1] === 0x8b, found: foundInTar },
  { is: (_, head) => head.subarray(257, 262).equals(Buffer.from('ustar')), found: foundInTar },
  { is: (at) => /\.(?:tar|tgz|tar\.gz)$/i.test(at), found: foundInTar },
  { is: isList, found: foundInList },
]

/** What `from` holds, in a fixed order, one thing at a time; fails when `from` itself cannot be read. */
export async function* found(from: string, options: FindOptions = {}): AsyncGenerator<Found> {
  const place: Place = {
    at: path.resolve(from),
    signal: options.signal ?? new AbortController().signal,
    bytesMax: options.bytesMax ?? 100_000_000,
  }
  const walk = await walkOf(place, from)
  for await (const one of walk) {
    place.signal.throwIfAborted()
    yield one
  }
}

/** How many things `found` will give, where that is cheap: not in archives. Fails as `found` does. */
export async function countFound(from: string, options: FindOptions = {}): Promise<number | null> {
  const at = path.resolve(from)
  const isCheap = (await looked(at, from)).isDirectory() || isList(at)
  let count = 0
  for await (const _ of found(from, options)) {
    count++
    if (!isCheap) return null
  }
  return count
}

async function walkOf(place: Place, from: string): Promise<AsyncIterable<Found>> {
  const file = await looked(place.at, from)
  if (file.isDirectory()) return foundInFolder(place)
  if (!file.isFile()) {
    throw new Failure('bad-input', `cannot add from "${from}": it is neither a folder nor a file`)
  }
  const head = await headOf(place.at, from)
  const row = places.find((row) => row.is(place.at, head))
  return row ? row.found(place) : single(place)
}

async function* single({ at }: Place): AsyncGenerator<Found> {
  yield { name: path.basename(at), source: { path: at }, label: null, group: null }
}

async function headOf(at: string, from: string): Promise<Buffer> {
  try {
    await using file = await open(at)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw unreadable(from, error)
  }
}

async function looked(at: string, from: string) {
  try {
    return await stat(at)
  } catch (error) {
    throw unreadable(from, error)
  }
}
