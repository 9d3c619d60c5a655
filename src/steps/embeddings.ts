// Embeddings read once a process: after each answer the head is trained and all images are guessed anew.
import type { ImageId, Project } from '../base/index.ts'
import { matrix, rowOf, rowsOf, type Matrix } from '../math/index.ts'
import type { Store } from '../store/index.ts'

export type Shard = { readonly ids: Int32Array; readonly rows: Matrix }

/** What to read: rows of one encoder; `createdAt` tells a project from a removed one of the same name. */
export type EmbeddingsOf = Pick<Project, 'name' | 'createdAt' | 'encoder'>

// 50,000 images of 2048 numbers are 410 MB. Larger projects are streamed from the disk each time.
const keptBytesMax = 512 * 2 ** 20

type Kept = { readonly count: number; readonly bytes: number; readonly shards: readonly Shard[] }
const keptOf = new WeakMap<Store, Map<string, Kept>>()

export async function* shardsOf(store: Store, of: EmbeddingsOf): AsyncGenerator<Shard> {
  const kept = keptOf.get(store) ?? new Map<string, Kept>()
  keptOf.set(store, kept)
  const key = `${of.name} ${of.createdAt} ${of.encoder}`
  const count = await store.embeddings.count(of.name, of.encoder)
  const there = kept.get(key)
  if (there?.count === count) {
    yield* there.shards
    return
  }
  kept.delete(key)
  const shards: Shard[] = []
  let [bytes, rows] = [0, 0]
  for await (const shard of store.embeddings.shards(of.name, of.encoder)) {
    bytes += shard.rows.data.byteLength
    rows += shard.ids.length
    if (bytes <= keptBytesMax) shards.push(shard)
    else shards.length = 0
    yield shard
  }
  if (bytes <= keptBytesMax && rows === count) keep(kept, key, { count, bytes, shards })
}

/** The oldest go until the new ones fit. */
function keep(kept: Map<string, Kept>, key: string, what: Kept): void {
  let total = what.bytes + [...kept.values()].reduce((sum, k) => sum + k.bytes, 0)
  for (const [oldest, { bytes }] of kept) {
    if (total <= keptBytesMax) break
    kept.delete(oldest)
    total -= bytes
  }
  kept.set(key, what)
}

/** The rows of these images, ids ascending; images without an embedding are left out. */
export async function rowsFor(
  store: Store,
  of: EmbeddingsOf,
  wanted: Iterable<number>,
): Promise<{ readonly ids: readonly ImageId[]; readonly rows: Matrix }> {
  const ids = [...new Set(wanted)].sort((a, b) => a - b) as ImageId[]
  const placeOf = new Map<number, number>(ids.map((id, place) => [id, place]))
  const found: number[] = []
  let rows = matrix(0, 0)
  for await (const shard of shardsOf(store, of)) {
    if (rows.columns === 0) rows = matrix(ids.length, shard.rows.columns)
    // Copied: a view of one row would keep its whole shard in memory.
    shard.ids.forEach((id, i) => {
      const place = placeOf.get(id)
      if (place === undefined) return
      rowOf(rows, place).set(rowOf(shard.rows, i))
      found.push(place)
    })
    if (found.length === ids.length) break
  }
  if (found.length === ids.length) return { ids, rows }
  const places = [...new Set(found)].sort((a, b) => a - b)
  return { ids: places.map((place) => ids[place]!), rows: rowsOf(rows, places) }
}
