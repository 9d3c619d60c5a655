import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdir, readFile, rename, rm, utimes } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type Hash } from '../base/index.ts'
import { eachOf, failureOf, flushFolder, hashOf, isAbsent, sizeOrNone, writeFlushed } from './blob-files.ts'
import { asideFolder, openPacks, type Packs } from './packs.ts'
import type { Rows } from './sqlite.ts'
import type { Blobs } from './store.ts'

export type OpenBlobs = Blobs & {
  readonly folder: string
  readonly packs: Packs
  remove(hash: Hash): Promise<void>
}

/** Packs of many, and files named by what is in them; a name stands once its bytes are on the disk. */
export function openBlobs(folder: string, rows: Rows): OpenBlobs {
  const packs = openPacks(folder, rows)
  const fileOf = (hash: Hash) => fileIn(folder, hash)
  const sizeOf = async (hash: Hash) => {
    const size = (await packs.placeOf(hash))?.size_bytes ?? (await sizeOrNone(fileOf(hash)))
    if (size === undefined) throw absent(hash)
    return size
  }
  const putMany = async (many: readonly Uint8Array[]) => {
    const hashes = many.map(hashOf)
    await save(folder, rows, new Map(hashes.map((hash, i) => [hash, many[i]!])))
    return hashes
  }
  return {
    folder,
    packs,
    aside: packs.into,
    putMany,
    sizeOf,
    put: async (bytes) => (await putMany([bytes]))[0]!,
    has: async (hash) =>
      (await packs.placeOf(hash)) !== undefined || (await sizeOrNone(fileOf(hash))) !== undefined,
    get: async (hash) => (await packed(packs, hash)) ?? (await readOr(fileOf(hash), () => absent(hash))),
    remove: (hash) => rm(fileOf(hash), { force: true }),
  }
}

export const holdsBlobs = (folder: string): boolean =>
  existsSync(folder) &&
  readdirSync(folder, { withFileTypes: true }).some(
    (one) =>
      one.isDirectory() && one.name !== asideFolder && readdirSync(path.join(folder, one.name)).length > 0,
  )

export const fileIn = (folder: string, hash: Hash): string => {
  // A name that is no hash would lead out of the folder.
  if (!/^[0-9a-f]{64}$/.test(hash)) throw absent(hash)
  return path.join(folder, hash.slice(0, 2), hash)
}
const absent = (hash: Hash) => new Failure('not-found', `there is no blob ${hash}`)

/** Twice: a pack may be written anew between the look at its row and at its file. */
async function packed(packs: Packs, hash: Hash): Promise<Uint8Array | undefined> {
  for (let tries = 0; tries < 2; tries++) {
    const place = await packs.placeOf(hash)
    if (!place) return undefined
    const bytes = await packs.read(place)
    if (bytes) return bytes
  }
  return undefined
}

async function readOr(file: string, failure: () => Failure): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (thrown) {
    throw isAbsent(thrown) ? failure() : thrown
  }
}

/** All written, all flushed, all renamed, then each folder flushed once. */
async function save(folder: string, rows: Rows, blobs: ReadonlyMap<Hash, Uint8Array>): Promise<void> {
  const renamed = new Set<string>()
  await eachOf([...blobs], async ([hash, bytes]) => {
    const file = fileIn(folder, hash)
    if (await isKept(file, bytes.length, rows)) return
    const written = path.join(folder, asideFolder, randomUUID())
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

/** Made young while it holds the lock under which old ones that nothing names are tidied away. */
async function isKept(file: string, sizeBytes: number, rows: Rows): Promise<boolean> {
  if ((await sizeOrNone(file)) !== sizeBytes) return false
  return await rows.write(async () => {
    if (!existsSync(file) || statSync(file).size !== sizeBytes) return false
    const now = new Date()
    await utimes(file, now, now)
    return true
  })
}
