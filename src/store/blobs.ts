import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type Hash } from '../base/index.ts'
import type { Blobs } from './store.ts'

// Four threads serve files in Node; more at once only holds more bytes open.
const atOnce = 8

/** Files named by what is in them, 256 folders wide; a name stands only once its bytes are on the disk. */
export function openBlobs(folder: string): Blobs & { remove(hash: Hash): Promise<void> } {
  mkdirSync(path.join(folder, aside), { recursive: true })
  const fileOf = (hash: Hash) => path.join(folder, hash.slice(0, 2), hash)
  const sizeOf = async (hash: Hash) => {
    const size = await sizeOrNone(fileOf(hash))
    if (size === undefined) throw new Failure('not-found', `there is no blob ${hash}`)
    return size
  }
  const putMany = async (many: readonly Uint8Array[]) => {
    const hashes = many.map(hashOf)
    await save(folder, fileOf, new Map(hashes.map((hash, i) => [hash, many[i]!])))
    return hashes
  }
  return {
    putMany,
    sizeOf,
    put: async (bytes) => (await putMany([bytes]))[0]!,
    has: async (hash) => (await sizeOrNone(fileOf(hash))) !== undefined,
    async get(hash) {
      await sizeOf(hash)
      return await readFile(fileOf(hash))
    },
    remove: (hash) => rm(fileOf(hash), { force: true }),
  }
}

export const hashOf = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest('hex') as Hash

const aside = 'aside'
type FileOf = (hash: Hash) => string

/** All written, all flushed, all renamed, then each folder flushed once. */
async function save(folder: string, fileOf: FileOf, blobs: ReadonlyMap<Hash, Uint8Array>): Promise<void> {
  const renamed = new Set<string>()
  await eachOf([...blobs], async ([hash, bytes]) => {
    const file = fileOf(hash)
    if ((await sizeOrNone(file)) === bytes.length) return
    const written = path.join(folder, aside, randomUUID())
    try {
      await writeFlushed(written, bytes)
      await mkdir(path.dirname(file), { recursive: true })
      await rename(written, file)
    } catch (thrown) {
      await rm(written, { force: true })
      throw failureOf(thrown, folder)
    }
    renamed.add(path.dirname(file))
  })
  await eachOf([...renamed], flushFolder)
}

async function writeFlushed(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.datasync()
  } finally {
    await handle.close()
  }
}

/** Windows opens no folders; there the rename itself is kept. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function sizeOrNone(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (thrown) {
    if ((thrown as { code?: string }).code === 'ENOENT') return undefined
    throw thrown
  }
}

/** Several at a time; waits for all that began before it fails. */
export async function eachOf<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < all.length) await act(all[next++]!)
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, all.length) }, lane))
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const refused = new Set(['EACCES', 'EPERM', 'EROFS'])

function failureOf(thrown: unknown, folder: string): unknown {
  const { code = '' } = thrown as { code?: string }
  const because = { cause: thrown }
  if (full.has(code)) {
    return new Failure(
      'disk-full',
      `cannot write to ${folder}: the disk is full; what was saved before is safe`,
      because,
    )
  }
  if (refused.has(code)) return new Failure('not-allowed', `cannot write to ${folder}: ${code}`, because)
  return thrown
}
