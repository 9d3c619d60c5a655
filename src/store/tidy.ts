// What nothing names any more goes: rows first, then bytes. Others add, read and copy meanwhile.
import type { Hash, Time } from '../base/index.ts'
import type { OpenBlobs } from './blobs.ts'
import { firstWhere } from './guesses.ts'
import { mergeShards } from './merge-shards.ts'
import { namedBlobs } from './named.ts'
import { removeLeft } from './projects.ts'
import type { Rows } from './sqlite.ts'
import type { Store } from './store.ts'
import { forgetPlaces, tidyPacks } from './tidy-packs.ts'
import { removeStrays } from './tidy-strays.ts'

type Tidied = Awaited<ReturnType<Store['tidy']>>
export type Tidying = {
  readonly blobs: OpenBlobs
  /** Files that changed later may be on their way to a row. */
  readonly before: Time
  /** The number of the newest pack as this began: what was used later is not looked at. */
  readonly newest: number
  readonly isNamed: (hash: Hash) => boolean
  readonly signal: AbortSignal
}

export async function tidy(
  rows: Rows,
  blobs: OpenBlobs,
  { before, signal }: { readonly before: Time; readonly signal: AbortSignal },
): Promise<Tidied> {
  await removeLeft(rows)
  const shards = await mergeShards(rows, blobs, signal)
  // Read before the names are: an adder that comes between is seen by one of the two.
  const newest = await newestPack(rows)
  const by: Tidying = { blobs, before, newest, isNamed: await namedSet(rows), signal }
  const forgotten = await forgetPlaces(rows, by)
  const packs = await tidyPacks(rows, by)
  const strays = await removeStrays(rows, by)
  return {
    blobs: forgotten + strays.blobs,
    bytes: packs.bytes + strays.bytes,
    packs: packs.rewritten,
    shards,
  }
}

async function newestPack({ db }: Rows): Promise<number> {
  const { value } = await db
    .selectFrom('newest')
    .select('value')
    .where('name', '=', 'pack')
    .executeTakeFirstOrThrow()
  return value
}

/** By 52 bits of each name, 8 bytes for each of millions: two that share them keep a dead blob, no worse. */
async function namedSet(rows: Rows): Promise<(hash: Hash) => boolean> {
  const all: number[] = []
  for await (const some of namedBlobs(rows)) for (const { blob } of some) all.push(keyOf(blob))
  const keys = Float64Array.from(all).sort()
  return (hash) => {
    const key = keyOf(hash)
    return keys[firstWhere(keys.length, (i) => keys[i]! >= key)] === key
  }
}
const keyOf = (hash: Hash): number => parseInt(hash.slice(0, 13), 16)
