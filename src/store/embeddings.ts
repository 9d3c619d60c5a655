import { setImmediate as soon } from 'node:timers/promises'
import { assert, Failure, type Hash, type Image, type ImageId } from '../base/index.ts'
import { npyHeader, packInto, parseNpyHeader, unpackInto } from '../formats/index.ts'
import { matrix, rowsOf, type Matrix } from '../math/index.ts'
import { nextIds } from './ids.ts'
import { imageOf } from './image-row.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import { among, type Reading, type Rows } from './sqlite.ts'
import type { Blobs, Embeddings } from './store.ts'

export const imagesPerShard = 16_384 // 16 MB at 512 numbers of two bytes; the unit of all whole-pool work
// So many numbers are packed or unpacked in about 10 ms.
const numbersAtOnce = 4_000_000

type Shard = { readonly ids: readonly ImageId[]; readonly rows: Matrix }

export function embeddingsOver(rows: Rows, blobs: Blobs): Embeddings {
  const idOf = async (project: string) => (await projectRow(rows.db, project)).id
  // All images up to here have an embedding: it only grows, so that looking on does not begin at the start.
  const done = new Map<string, ImageId>()
  return {
    async missing(project, encoder, limit) {
      const id = await idOf(project)
      const key = `${id} ${encoder}`
      const from = done.get(key) ?? (0 as ImageId)
      const { images, allUpTo } = await missing(rows.db, { project: id, encoder, limit, from })
      done.set(key, allUpTo)
      return images
    },
    async addShard(project, encoder, { ids, rows: all }) {
      assert(ids.length === all.rows, `${ids.length} images have ${ids.length} embeddings, not ${all.rows}`)
      const id = await idOf(project)
      for (let from = 0; from < ids.length; from += imagesPerShard) {
        const some = ids.slice(from, from + imagesPerShard)
        const part = matrix(
          some.length,
          all.columns,
          all.data.subarray(from * all.columns, (from + some.length) * all.columns),
        )
        await addShard(rows, blobs, { project: id, encoder, shard: { ids: some, rows: part } })
      }
    },
    async count(project, encoder) {
      const { count } = await rows.db
        .selectFrom('shard')
        .select((e) => e.fn.sum<number | null>('count').as('count'))
        .where('project', '=', await idOf(project))
        .where('encoder', '=', encoder)
        .executeTakeFirstOrThrow()
      return count ?? 0
    },
    async *shards(project, encoder) {
      const all = await rows.db
        .selectFrom('shard')
        .select(['id', 'blob'])
        .where('project', '=', await idOf(project))
        .where('encoder', '=', encoder)
        .orderBy('id')
        .execute()
      for (const { id, blob } of all) {
        const places = await rows.db
          .selectFrom('embedding')
          .select('image')
          .where('shard', '=', id)
          .orderBy('place')
          .execute()
        yield { ids: Int32Array.from(places, (row) => row.image), rows: await readShard(blobs, blob) }
      }
    },
  }
}

type Wanted = {
  readonly project: number
  readonly encoder: string
  readonly limit: number
  readonly from: ImageId
}

/** Looks along the ids, some at a time, for those without a row. */
async function missing(
  db: Reading,
  { project, encoder, limit, from }: Wanted,
): Promise<{ readonly images: readonly Image[]; readonly allUpTo: ImageId }> {
  const found: ImageId[] = []
  let allUpTo = from
  for (let after = from; found.length < limit; await soon()) {
    const some = await db
      .selectFrom('image')
      .leftJoin('embedding', (join) =>
        join
          .onRef('embedding.image', '=', 'image.id')
          .on('embedding.project', '=', project)
          .on('embedding.encoder', '=', encoder),
      )
      .select(['image.id', 'embedding.shard'])
      .where('image.project', '=', project)
      .where('image.id', '>', after)
      .orderBy('image.id')
      .limit(lookedThrough)
      .execute()
    for (const { id, shard } of some) {
      if (shard === null) found.push(id)
      else if (found.length === 0) allUpTo = id
    }
    if (some.length < lookedThrough) break
    after = some.at(-1)!.id
  }
  const images: Image[] = []
  for await (const some of portions(found.slice(0, limit), 2000)) {
    const rows = await db
      .selectFrom('image')
      .selectAll()
      .where('id', 'in', among(some))
      .orderBy('id')
      .execute()
    images.push(...rows.map(imageOf))
  }
  return { images, allUpTo }
}
const lookedThrough = 10_000

/** The blob first, then its rows; where another process was quicker, once more without those images. */
async function addShard(
  rows: Rows,
  blobs: Blobs,
  { project, encoder, shard }: { readonly project: number; readonly encoder: string; readonly shard: Shard },
): Promise<void> {
  const there = await embedded(rows.db, { project, encoder, ids: shard.ids })
  const fresh = withoutThose(shard, there)
  if (fresh.ids.length === 0) return
  const blob = await blobs.put(await bytesOf(fresh.rows))
  const isDone = await rows.write(async (w) => {
    if ((await embedded(w.db, { project, encoder, ids: fresh.ids })).size > 0) return false
    await checkImages(w.db, project, fresh.ids)
    const id = await nextIds(w.db, 'shard', 1)
    await w.db.insertInto('shard').values({ id, project, encoder, blob, count: fresh.ids.length }).execute()
    const places = fresh.ids.map((image, place) => [project, encoder, image, id, place])
    for await (const some of portions(places, 2000)) w.many(insertPlace, some)
    return true
  })
  if (!isDone) await addShard(rows, blobs, { project, encoder, shard: fresh })
}

const insertPlace = 'insert into embedding (project, encoder, image, shard, place) values (?, ?, ?, ?, ?)'

async function embedded(
  db: Reading,
  {
    project,
    encoder,
    ids,
  }: { readonly project: number; readonly encoder: string; readonly ids: readonly ImageId[] },
): Promise<ReadonlySet<ImageId>> {
  const found = await db
    .selectFrom('embedding')
    .select('image')
    .where('project', '=', project)
    .where('encoder', '=', encoder)
    .where('image', 'in', among(ids))
    .execute()
  return new Set(found.map((row) => row.image))
}

/** Each image once, the first time it comes, and none of `there`. */
function withoutThose({ ids, rows }: Shard, there: ReadonlySet<ImageId>): Shard {
  const seen = new Set(there)
  const places = ids.flatMap((id, place) => (seen.has(id) ? [] : (seen.add(id), [place])))
  if (places.length === ids.length) return { ids, rows }
  return { ids: places.map((place) => ids[place]!), rows: rowsOf(rows, places) }
}

async function checkImages(db: Reading, project: number, ids: readonly ImageId[]): Promise<void> {
  const { count } = await db
    .selectFrom('image')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('project', '=', project)
    .where('id', 'in', among(ids))
    .executeTakeFirstOrThrow()
  if (count === ids.length) return
  throw new Failure(
    'not-found',
    `${ids.length - count} of ${ids.length} images to be embedded are not in the project`,
  )
}

async function bytesOf(rows: Matrix): Promise<Uint8Array> {
  const header = npyHeader('float16', [rows.rows, rows.columns])
  const bytes = new Uint8Array(header.length + 2 * rows.data.length)
  bytes.set(header)
  for (let i = 0; i < rows.data.length; i += numbersAtOnce) {
    if (i > 0) await soon()
    packInto(bytes.subarray(header.length + 2 * i), 'float16', rows.data.subarray(i, i + numbersAtOnce))
  }
  return bytes
}

async function readShard(blobs: Blobs, blob: Hash): Promise<Matrix> {
  const bytes = await blobs.get(blob)
  const { kind, shape, offset } = parseNpyHeader(bytes)
  const rows = matrix(shape[0]!, shape[1]!)
  const sizeBytes = kind === 'float16' ? 2 : 4
  for (let i = 0; i < rows.data.length; i += numbersAtOnce) {
    if (i > 0) await soon()
    unpackInto(rows.data.subarray(i, i + numbersAtOnce), kind, bytes.subarray(offset + sizeBytes * i))
  }
  return rows
}
