// Small shards become large ones: a pool embedded a few images at a time is read as one embedded at once.
import type { Hash } from '../base/index.ts'
import { stacked, type Matrix } from '../math/index.ts'
import { nextIds } from './ids.ts'
import { bytesOf, imagesPerShard, readShard } from './shard-bytes.ts'
import { among, type Rows } from './sqlite.ts'
import type { Blobs } from './store.ts'
import type { Tables } from './tables.ts'

type Shard = Tables['shard']

/** How many shards went into others. */
export async function mergeShards(rows: Rows, blobs: Blobs, signal: AbortSignal): Promise<number> {
  // The large ones stay: no image is written more than about fourteen times, however many come one by one.
  const small = await rows.db
    .selectFrom('shard')
    .selectAll()
    .where('count', '<=', imagesPerShard / 2)
    .orderBy('project')
    .orderBy('encoder')
    .orderBy('id')
    .execute()
  let count = 0
  for (const group of groupsOf(small)) {
    signal.throwIfAborted()
    if (await merge(rows, blobs, group)) count += group.length
  }
  return count
}

function groupsOf(shards: readonly Shard[]): readonly (readonly Shard[])[] {
  const groups: Shard[][] = []
  let images = 0
  for (const one of shards) {
    const last = groups.at(-1)
    const fits = last?.[0]?.project === one.project && last[0].encoder === one.encoder
    if (fits && images + one.count <= imagesPerShard) last.push(one)
    else {
      groups.push([one])
      images = 0
    }
    images += one.count
  }
  return groups.filter((group) => group.length > 1)
}

async function merge(rows: Rows, blobs: Blobs, group: readonly Shard[]): Promise<boolean> {
  const parts: Matrix[] = []
  for (const { blob } of group) parts.push(await readShard(blobs, blob))
  if (parts.some(({ columns }) => columns !== parts[0]!.columns)) return false
  const blob = await blobs.put(await bytesOf(stacked(parts)))
  return await point(rows, group, blob)
}

/** False when another process was quicker. */
async function point(rows: Rows, group: readonly Shard[], blob: Hash): Promise<boolean> {
  const olds = group.map(({ id }) => id)
  return await rows.write(async (w) => {
    const there = await w.db.selectFrom('shard').select('id').where('id', 'in', among(olds)).execute()
    if (there.length < group.length) return false
    const { project, encoder } = group[0]!
    const id = await nextIds(w.db, 'shard', 1)
    const count = group.reduce((sum, one) => sum + one.count, 0)
    await w.db.insertInto('shard').values({ id, project, encoder, blob, count }).execute()
    let before = 0
    for (const old of group) {
      w.many('update embedding set shard = ?, place = place + ? where shard = ?', [[id, before, old.id]])
      before += old.count
    }
    await w.db.deleteFrom('shard').where('id', 'in', among(olds)).execute()
    return true
  })
}
