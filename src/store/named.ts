import type { Hash, ImageId } from '../base/index.ts'
import { windowed } from './portions.ts'
import type { Rows } from './sqlite.ts'

export type Named = {
  readonly blob: Hash
  readonly of: string
  /** Replaced and dropped in passing: the row may name another by now. */
  readonly isPassing?: true
}

/** Every blob that a row names; some come more than once. */
export async function* namedBlobs(rows: Rows): AsyncGenerator<readonly Named[]> {
  const page = (after: number, size: number) =>
    rows.db
      .selectFrom('image')
      .select(['id', 'name', 'hash', 'thumbnail'])
      .where('id', '>', after as ImageId)
      .orderBy('id')
      .limit(size)
      .execute()
  for await (const some of windowed(page, (row) => row.id)) {
    yield some.flatMap((row) => [
      { blob: row.hash, of: `the image "${row.name}"` },
      { blob: row.thumbnail, of: `the thumbnail of "${row.name}"` },
    ])
  }
  const shards = await rows.db.selectFrom('shard').select(['blob', 'encoder', 'id']).execute()
  yield shards.map((row) => ({ blob: row.blob, of: `shard ${row.id} of embeddings by ${row.encoder}` }))
  const models = await rows.db.selectFrom('model').select(['blob', 'guesses', 'version']).execute()
  yield models.map((row) => ({ blob: row.blob, of: `the head of version ${row.version}` }))
  yield models.flatMap(({ guesses: blob, version }) =>
    blob ? [{ blob, of: `the predictions of version ${version}`, isPassing: true }] : [],
  )
}
