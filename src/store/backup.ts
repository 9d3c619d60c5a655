import { existsSync, readdirSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type Hash } from '../base/index.ts'
import { eachOf, hashOf, openBlobs } from './blobs.ts'
import { namedBlobs } from './named.ts'
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
    return await copyStore(rows, openBlobs(path.join(from, 'blobs')), to)
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
    const copiedBlobs = await copyBlobs(copy, blobs, openBlobs(path.join(to, 'blobs')))
    return { rows: await copy.count(), blobs: copiedBlobs }
  })().finally(() => copy.close())
  await rename(unfinished, finished)
  await flush(finished)
  return copied
}

async function copyBlobs(copy: Rows, from: Blobs, to: Blobs): Promise<number> {
  const seen = new Set<Hash>()
  let count = 0
  for await (const some of namedBlobs(copy)) {
    const fresh = some.filter(({ blob }) => !seen.has(blob) && seen.add(blob))
    await eachOf(fresh, async ({ blob, of, isPassing }) => {
      // Predictions may be replaced while we copy; they can be computed anew.
      if (isPassing && !(await from.has(blob))) return await forget(copy, blob)
      const bytes = await from.get(blob)
      if (hashOf(bytes) !== blob)
        throw new Failure('corrupt-data', `cannot copy ${of}: its bytes are damaged`)
      await to.put(bytes)
      count++
    })
  }
  return count
}

const forget = (copy: Rows, blob: Hash): Promise<void> =>
  copy.write(async ({ db }) => {
    await db.updateTable('model').set({ guesses: null }).where('guesses', '=', blob).execute()
  })

async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync()
  await handle.close()
}
