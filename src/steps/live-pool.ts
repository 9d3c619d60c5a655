// All embeddings of a project in memory, found by image; what a live head guesses from.
import type { ImageId, Project } from '../base/index.ts'
import { matrix, rowOf, type Matrix } from '../math/index.ts'
import type { Head } from '../runtime/index.ts'
import { shardsOf, type Shard } from './embeddings.ts'
import type { World } from './world.ts'

export type LivePool = {
  /** Another key: other rows. */
  readonly key: string
  readonly shards: readonly Shard[]
  /** Counted through all shards. */
  readonly placeOf: ReadonlyMap<ImageId, number>
  readonly width: number
}

// Held as float32: a million of 512 numbers.
const bytesMax = 2 * 2 ** 30

/** The rows there are; those held already if they are the same; an empty pool where they are too many. */
export async function livePoolOf(
  { store }: Pick<World, 'store'>,
  project: Project,
  last: LivePool | undefined,
): Promise<LivePool> {
  const count = await store.embeddings.count(project.name, project.encoder)
  const key = `${project.encoder} ${count}`
  if (last?.key === key) return last
  const shards: Shard[] = []
  const placeOf = new Map<ImageId, number>()
  for await (const shard of shardsOf(store, project)) {
    if (count * shard.rows.columns * 4 > bytesMax) break
    for (const id of shard.ids) placeOf.set(id as ImageId, placeOf.size)
    shards.push(shard)
  }
  return { key, shards, placeOf, width: shards[0]?.rows.columns ?? 0 }
}

/** A view of its row, if it has one. */
export function maybeRow({ shards, placeOf }: LivePool, image: ImageId): Float32Array | undefined {
  let place = placeOf.get(image)
  if (place === undefined) return undefined
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
  { shards, placeOf }: LivePool,
  head: Head,
): Promise<Matrix> {
  const guesses = matrix(placeOf.size, head.weights.rows)
  let at = 0
  for (const { rows } of shards) {
    const { data } = await runtime.probabilities(head, rows)
    guesses.data.set(data, at)
    at += data.length
  }
  return guesses
}
