import { existsSync, readdirSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type Hash } from '../base/index.ts'
import { eachOf, hashOf } from './blob-files.ts'
import { openBlobs, type OpenBlobs } from './blobs.ts'
import { isNamed, namedBlobs, type Named } from './named.ts'
import { openPackWriter } from './pack-writer.ts'
import { knownSchema, rowsFile } from './schema.ts'
import { openRows, type Rows } from './sqlite.ts'
import type { Blobs, Store } from './store.ts'

type Copied = Awaited<ReturnType<Store['backup']>>

/** Makes a backup into a data folder again; the folder must be new or empty. */
export async function restoreBackup(from: string, to: string): Promise<Copied> {
  const file = path.join(from, rowsFile)
  if (!existsSync(file))
    throw new Failure('not-found', `there is no backup in ${from}: it has no ${rowsFile}`)
  const rows = openRows(file)
  try {
    knownSchema(rows, file)
    const faults = await rows.faults()
    if (faults.length > 0)
      throw new Failure('corrupt-data', `cannot restore ${file}: it is damaged: ${faults[0]}`)
    return await copyStore(rows, openBlobs(path.join(from, 'blobs'), rows), to)
  } finally {
    await rows.close()
  }
}

/** The rows as of one moment, then every blob that they name; the rows' file gets its name last. */
export async function copyStore(rows: Rows, blobs: Blobs, to: string): Promise<Copied> {
  if (existsSync(to) && readdirSync(to).length > 0) {
    throw new Failure('already-there', `cannot copy to ${to}: it must be a new or an empty folder`)
  }
  await mkdir(to, { recursive: true })
  try {
    return await copyInto(to, rows, blobs)
  } catch (thrown) {
    // The folder was ours alone: half a copy must not stand in the way of the next try.
    await rm(to, { recursive: true, force: true })
    throw thrown
  }
}

async function copyInto(to: string, rows: Rows, blobs: Blobs): Promise<Copied> {
  const [unfinished, finished] = [path.join(to, 'unfinished.db'), path.join(to, rowsFile)]
  await rows.copyTo(unfinished)
  const copy = openRows(unfinished)
  const copied = await (async () => {
    const copiedBlobs = await copyBlobs(copy, {
      from: blobs,
      live: rows,
      to: openBlobs(path.join(to, 'blobs'), copy),
    })
    return { rows: await copy.count(), blobs: copiedBlobs }
  })().finally(() => copy.close())
  await rename(unfinished, finished)
  await flush(finished)
  return copied
}

type Copying = { readonly from: Blobs; readonly live: Rows; readonly to: OpenBlobs }

/** What rows name, and no more; pictures in packs of their own, in the order of their rows. */
async function copyBlobs(copy: Rows, { from, live, to }: Copying): Promise<number> {
  await copy.write(async ({ db }) => {
    await db.deleteFrom('place').execute()
    await db.deleteFrom('pack').execute()
  })
  const packs = openPackWriter(to, (sealed) => copy.write((w) => to.packs.name(w, sealed)))
  const seen = new Set<Hash>()
  let count = 0
  for await (const some of namedBlobs(copy)) {
    const fresh = some.filter(({ blob }) => !seen.has(blob) && seen.add(blob))
    await eachOf(fresh, async (named) => {
      const bytes = await bytesOf(named, from, live)
      // Predictions may be replaced while we copy; they can be computed anew.
      if (!bytes) return await forget(copy, named.blob)
      if (named.isPicture) await packs.add({ hash: named.blob, bytes })
      else await to.put(bytes)
      count++
    })
  }
  await packs.flush()
  return count
}

/** None of what may pass and is gone: found by reading, as it may go between a look and a read. */
async function bytesOf(
  { blob, of, isPassing }: Named,
  from: Blobs,
  live: Rows,
): Promise<Uint8Array | undefined> {
  const bytes = await from.get(blob).catch(async (thrown: unknown) => {
    if (isPassing && isAbsence(thrown)) return undefined
    if (await isNamed(live, blob)) throw thrown
    throw new Failure('not-ready', `cannot copy ${of}: it was removed meanwhile; make the backup again`)
  })
  if (bytes && hashOf(bytes) !== blob)
    throw new Failure('corrupt-data', `cannot copy ${of}: its bytes are damaged`)
  return bytes
}

const isAbsence = (thrown: unknown): boolean => thrown instanceof Failure && thrown.kind === 'not-found'

const forget = (copy: Rows, blob: Hash): Promise<void> =>
  copy.write(async ({ db }) => {
    await db.updateTable('model').set({ guesses: null }).where('guesses', '=', blob).execute()
  })

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
}
