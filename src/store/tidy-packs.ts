import { setImmediate as soon } from 'node:timers/promises'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { Hash } from '../base/index.ts'
import { hashOf } from './blob-files.ts'
import { nextIds } from './ids.ts'
import { openPackWriter } from './pack-writer.ts'
import { packsFolder, type Sealed } from './packs.ts'
import { portions } from './portions.ts'
import type { Rows } from './sqlite.ts'
import type { Tables } from './tables.ts'
import type { Tidying } from './tidy.ts'

type Place = Tables['place']
type Pack = Tables['pack']
const deletedAtOnce = 2000

/** Places of blobs that nothing names. One that is used again meanwhile has a later number, and stays. */
export async function forgetPlaces(rows: Rows, { newest, isNamed, signal }: Tidying): Promise<number> {
  let count = 0
  for await (const some of places(rows)) {
    signal.throwIfAborted()
    const dead = some.filter(({ used, hash }) => used <= newest && !isNamed(hash))
    for await (const part of portions(dead, deletedAtOnce)) {
      const values = part.map(({ hash }) => [hash, newest])
      await rows.write(async (w) => w.many('delete from place where hash = ? and used <= ?', values))
      count += part.length
    }
  }
  return count
}

/** Dead packs go; of those that are mostly dead the rest is written anew. */
export async function tidyPacks(rows: Rows, by: Tidying): Promise<{ bytes: number; rewritten: number }> {
  // No pack ever gains a blob after it was named: what lives in these is all that ever will.
  const packs = await rows.db.selectFrom('pack').selectAll().where('id', '<=', by.newest).execute()
  const living = new Map<number, number>()
  for await (const some of places(rows)) {
    for (const one of some) living.set(one.pack, (living.get(one.pack) ?? 0) + one.size_bytes)
  }
  const mostlyDead = packs.filter(({ id, size_bytes: size }) => living.has(id) && living.get(id)! < size / 2)
  const gone = packs.filter(({ id }) => !living.has(id))
  const moved = await rewrite(rows, by, mostlyDead)
  let bytes = -moved.reduce((sum, { id }) => sum + living.get(id)!, 0)
  for (const pack of [...gone, ...moved]) {
    await rows.write(({ db }) => db.deleteFrom('pack').where('id', '=', pack.id).execute())
    await rm(path.join(by.blobs.folder, packsFolder, pack.file), { force: true })
    bytes += pack.size_bytes
  }
  return { bytes, rewritten: moved.length }
}

/** Gives the packs of which nothing is left behind. */
async function rewrite(
  rows: Rows,
  { blobs, signal }: Tidying,
  packs: readonly Pack[],
): Promise<readonly Pack[]> {
  const fileOf = new Map(packs.map(({ id, file }) => [id, file]))
  if (fileOf.size === 0) return []
  const from = new Map<Hash, number>()
  const damaged = new Set<number>()
  const writer = openPackWriter(blobs, (sealed) => move(rows, sealed, from))
  for await (const some of places(rows)) {
    for (const { hash, pack, start, size_bytes } of some.filter((place) => fileOf.has(place.pack))) {
      signal.throwIfAborted()
      const bytes = await blobs.packs.read({ file: fileOf.get(pack)!, start, size_bytes })
      // Left where it is, for the check to tell of.
      if (!bytes || hashOf(bytes) !== hash) damaged.add(pack)
      else {
        from.set(hash, pack)
        await writer.add({ hash, bytes })
      }
    }
  }
  await writer.flush()
  return packs.filter(({ id }) => !damaged.has(id))
}

/** Only what still lies where it was read: another may have tidied, or the blob may be gone. */
async function move(rows: Rows, sealed: readonly Sealed[], from: ReadonlyMap<Hash, number>): Promise<void> {
  await rows.write(async (w) => {
    for (const { file, sizeBytes, holds } of sealed) {
      const id = await nextIds(w.db, 'pack', 1)
      w.many('insert into pack (id, file, size_bytes) values (?, ?, ?)', [[id, file, sizeBytes]])
      w.many(
        'update place set pack = ?, start = ? where hash = ? and pack = ?',
        holds.map(({ hash, offset }) => [id, offset, hash, from.get(hash)!]),
      )
    }
  })
}

const readAtOnce = 10_000
async function* places({ db }: Rows): AsyncGenerator<readonly Place[]> {
  for (let after = ''; ; await soon()) {
    const some = await db
      .selectFrom('place')
      .selectAll()
      .where('hash', '>', after as Hash)
      .orderBy('hash')
      .limit(readAtOnce)
      .execute()
    yield some
    if (some.length < readAtOnce) return
    after = some.at(-1)!.hash
  }
}
