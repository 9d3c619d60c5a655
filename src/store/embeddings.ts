import { setImmediate as soon } from 'node:timers/promises'
import { assert, Failure, type Image, type ImageId } from '../base/index.ts'
import { rowsBetween, rowsOf, type Matrix } from '../math/index.ts'
import { nextIds } from './ids.ts'
import { imageOf } from './image-row.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import { bytesOf, imagesPerShard, readShard } from './shard-bytes.ts'
import { among, type Reading, type Rows } from './sqlite.ts'
import type { Blobs, Embeddings } from './store.ts'

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
        const part = rowsBetween(all, from, from + some.length)
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
      yield* shardsOf(rows.db, blobs, { project: await idOf(project), encoder })
    },
  }
}

type Read = { readonly ids: Int32Array; readonly rows: Matrix }
type Of = { readonly project: number; readonly encoder: string }

/** Those there are. One that is merged away meanwhile is found again in the one it went into. */
async function* shardsOf(db: Reading, blobs: Blobs, of: Of): AsyncGenerator<Read> {
  const given: Int32Array[] = []
  const there = await shardsAfter(db, of, 0)
  let isMissing = false
  for (const shard of there) {
    const read = await readWhole(db, blobs, shard)
    isMissing ||= read === undefined
    if (!read) continue
    given.push(read.ids)
    yield read
  }
  if (!isMissing) return
  const known = new Set(given.flatMap((ids) => [...ids]))
  for (const shard of await shardsAfter(db, of, there.at(-1)!.id)) {
    const read = await readWhole(db, blobs, shard)
    if (!read) throw new Failure('not-ready', 'embeddings were merged twice while they were read; try again')
    const places = [...read.ids.keys()].filter((place) => !known.has(read.ids[place]!))
    yield { ids: Int32Array.from(places, (place) => read.ids[place]!), rows: rowsOf(read.rows, places) }
  }
}

const shardsAfter = (db: Reading, { project, encoder }: Of, after: number) =>
  db
    .selectFrom('shard')
    .select(['id', 'blob'])
    .where('project', '=', project)
    .where('encoder', '=', encoder)
    .where('id', '>', after)
    .orderBy('id')
    .execute()

type ShardRow = Awaited<ReturnType<typeof shardsAfter>>[number]

/** Undefined once it was merged into another. */
async function readWhole(db: Reading, blobs: Blobs, { id, blob }: ShardRow): Promise<Read | undefined> {
  const bytes = await readShard(blobs, blob).catch((thrown: unknown) => thrown)
  const places = await db
    .selectFrom('embedding')
    .select('image')
    .where('shard', '=', id)
    .orderBy('place')
    .execute()
  if (places.length === 0) return undefined
  if (bytes instanceof Error) throw bytes
  return { ids: Int32Array.from(places, (row) => row.image), rows: bytes as Matrix }
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
