// All embeddings of a project in memory, found by image; what a live head guesses from.
import type { ImageId, Project } from '../../base/index.ts'
import { matrix, rowOf, type Matrix } from '../../math/index.ts'
import type { Head } from '../../runtime/index.ts'
import { shardsOf, type Shard } from '../embeddings.ts'
import type { World } from '../world.ts'

export type LivePool = {
  /** Another key: other rows. */
  readonly key: string
  readonly shards: readonly Shard[]
  /** Of each image through all shards; −1 where it has no row. */
  readonly placeOf: (image: ImageId) => number
  readonly size: number
  readonly width: number
  /** What all rows take, where they are too many to be held: the pool is empty then. */
  readonly tooManyBytes: number | undefined
}

export const emptyPool: LivePool = {
  key: '',
  shards: [],
  placeOf: () => -1,
  size: 0,
  width: 0,
  tooManyBytes: undefined,
}

type Holding = { readonly last: LivePool | undefined; readonly bytesMax: number }

/** The rows there are; those held already if they are the same. */
export async function livePoolOf(
  { store }: Pick<World, 'store'>,
  project: Project,
  { last, bytesMax }: Holding,
): Promise<LivePool> {
  const count = await store.embeddings.count(project.name, project.encoder)
  const key = `${project.encoder} ${count}`
  if (last?.key === key) return last
  const shards: Shard[] = []
  let size = 0
  for await (const shard of shardsOf(store, project)) {
    const bytes = count * shard.rows.columns * 4
    if (bytes > bytesMax) return { ...emptyPool, key, tooManyBytes: bytes }
    size += shard.ids.length
    shards.push(shard)
  }
  const width = shards[0]?.rows.columns ?? 0
  return { key, shards, placeOf: placesOf(shards), size, width, tooManyBytes: undefined }
}

/** A table over the ids: 40,000 looks into a map took 4 ms of each answer. */
function placesOf(shards: readonly Shard[]): LivePool['placeOf'] {
  const first = shards.reduce((least, { ids }) => ids.reduce((a, b) => Math.min(a, b), least), Infinity)
  const last = shards.reduce((most, { ids }) => ids.reduce((a, b) => Math.max(a, b), most), -1)
  const table = new Int32Array(Math.max(0, last - first + 1)).fill(-1)
  let place = 0
  for (const { ids } of shards) for (const id of ids) table[id - first] = place++
  return (image) => table[image - first] ?? -1
}

/** A view of its row, if it has one. */
export function maybeRow({ shards, placeOf }: LivePool, image: ImageId): Float32Array | undefined {
  let place = placeOf(image)
  if (place < 0) return undefined
  for (const { rows } of shards) {
    if (place < rows.rows) return rowOf(rows, place)
    place -= rows.rows
  }
  return undefined
}

/** The rows of images that all have one. */
export function poolRows(pool: LivePool, images: readonly ImageId[]): Matrix {
  const rows = matrix(images.length, pool.width)
  images.forEach((image, i) => rowOf(rows, i).set(maybeRow(pool, image)!))
  return rows
}

/** What a head guesses of all images, in the order of their places. */
export async function guessAll(
  { runtime }: Pick<World, 'runtime'>,
  { shards, size }: LivePool,
  head: Head,
): Promise<Matrix> {
  const guesses = matrix(size, head.weights.rows)
  let at = 0
  for (const { rows } of shards) {
    const { data } = await runtime.probabilities(head, rows)
    guesses.data.set(data, at)
    at += data.length
  }
  return guesses
}
