// Many blobs in one file. Whoever has the bytes appends them aside; the file is flushed and renamed once for
// all of them, and a row says where each lies, in the same transaction as the rows that name them: a flushed
// file for each picture costs 0.6 to 1.4 ms.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { assert, Failure, type Hash, type Written } from '../base/index.ts'
import { eachOf, failureOf, flushFile, flushFolder, isAbsent } from './blob-files.ts'
import { nextIds } from './ids.ts'
import { among, type Rows, type Writing } from './sqlite.ts'

/** A file of blobs that nothing names yet. */
export type Sealed = { readonly file: string; readonly sizeBytes: number; readonly holds: readonly Written[] }
export type Packs = ReturnType<typeof openPacks>

export const packsFolder = 'packs'
export const asideFolder = 'aside'

/** Below a folder of blobs. */
export function openPacks(folder: string, rows: Rows) {
  const [aside, packs] = [path.join(folder, asideFolder), path.join(folder, packsFolder)]
  for (const one of [aside, packs]) mkdirSync(one, { recursive: true })
  return {
    /** What the paths of files aside begin with; each of them has one writer. */
    into: () => path.join(aside, randomUUID()),
    async seal(written: readonly Written[]): Promise<readonly Sealed[]> {
      const sealed: Sealed[] = []
      try {
        await eachOf([...Map.groupBy(written, (one) => one.file)], async ([from, holds]) => {
          assert(path.dirname(from) === aside, `a pack is written in ${aside}, not as ${from}`)
          const sizeBytes = await flushFile(from)
          if (!isWhole(holds, sizeBytes)) throw tidiedAway(holds)
          const file = path.basename(from)
          await rename(from, path.join(packs, file))
          sealed.push({ file, sizeBytes, holds })
        })
        if (sealed.length > 0) await flushFolder(packs)
      } catch (thrown) {
        throw failureOf(thrown, folder)
      }
      return sealed
    },
    /** Within the transaction that names the blobs. */
    name: (w: Writing, sealed: readonly Sealed[]) => name(w, packs, sealed),
    /** Of packs whose blobs were all there already. */
    drop: async (idle: readonly Sealed[]) =>
      await eachOf(idle, ({ file }) => rm(path.join(packs, file), { force: true })),
    placeOf: (hash: Hash) =>
      rows.db
        .selectFrom('place')
        .innerJoin('pack', 'pack.id', 'place.pack')
        .select(['pack.file', 'place.start', 'place.size_bytes'])
        .where('hash', '=', hash)
        .executeTakeFirst(),
    /** Undefined when the pack was written anew between the look at the row and this. */
    read: (place: { readonly file: string; readonly start: number; readonly size_bytes: number }) =>
      readPart(path.join(packs, place.file), place.start, place.size_bytes),
  }
}

/** Gives the packs that nobody needs: all that they hold was there. */
async function name(w: Writing, folder: string, sealed: readonly Sealed[]): Promise<readonly Sealed[]> {
  if (sealed.length === 0) return []
  const hashes = sealed.flatMap(({ holds }) => holds.map((one) => one.hash))
  const there = await w.db.selectFrom('place').select('hash').where('hash', 'in', among(hashes)).execute()
  const known = new Set(there.map((row) => row.hash))
  let id = await nextIds(w.db, 'pack', sealed.length)
  // Whoever tidies looks only at places that were used before it began.
  const used = [...known].map((hash) => [id, hash])
  w.many('update place set used = ? where hash = ?', used)
  const idle: Sealed[] = []
  for (const one of sealed) {
    const fresh = one.holds.filter(({ hash }) => !known.has(hash) && known.add(hash))
    // A process that slept for hours between its flush and this: what nothing named may be gone by now.
    if (!existsSync(path.join(folder, one.file))) throw tidiedAway(one.holds)
    if (fresh.length === 0) idle.push(one)
    else namePack(w, { ...one, id, holds: fresh })
    id++
  }
  return idle
}

export function namePack(w: Writing, pack: Sealed & { readonly id: number }): void {
  const { id, file, sizeBytes, holds } = pack
  w.many('insert into pack (id, file, size_bytes) values (?, ?, ?)', [[id, file, sizeBytes]])
  w.many(
    'insert into place (hash, pack, start, size_bytes, used) values (?, ?, ?, ?, ?)',
    holds.map((one) => [one.hash, id, one.offset, one.sizeBytes, id]),
  )
}

/** None over another: a file that vanished under its writer begins anew, and what was in it is lost. */
function isWhole(holds: readonly Written[], sizeBytes: number): boolean {
  const ordered = holds.toSorted((a, b) => a.offset - b.offset)
  return ordered.every((one, i) => one.offset + one.sizeBytes <= (ordered[i + 1]?.offset ?? sizeBytes))
}

const tidiedAway = ({ length }: readonly Written[]) =>
  new Failure(
    'not-ready',
    `the bytes of ${length} blobs were tidied away before they were named; add them again`,
  )

async function readPart(file: string, start: number, sizeBytes: number): Promise<Uint8Array | undefined> {
  const handle = await open(file, 'r').catch((thrown: unknown) => {
    if (isAbsent(thrown)) return undefined
    throw thrown
  })
  if (!handle) return undefined
  try {
    const bytes = Buffer.allocUnsafeSlow(sizeBytes)
    let done = 0
    for (let read = -1; read !== 0 && done < sizeBytes; done += read) {
      read = (await handle.read(bytes, done, sizeBytes - done, start + done)).bytesRead
    }
    return bytes.subarray(0, done)
  } finally {
    await handle.close()
  }
}
