import { sql } from 'kysely'
import type { Hash, ImageId } from '../base/index.ts'
import { windowed } from './portions.ts'
import type { Rows } from './sqlite.ts'

export type Named = {
  readonly blob: Hash
  readonly of: string
  /** Of an image: many, and none of them large. */
  readonly isPicture?: true
  /** It may be gone: it is replaced in passing, and can be computed anew. */
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
      { blob: row.hash, of: `the image "${row.name}"`, isPicture: true },
      { blob: row.thumbnail, of: `the thumbnail of "${row.name}"`, isPicture: true },
    ])
  }
  const shards = await rows.db.selectFrom('shard').select(['blob', 'encoder', 'id']).execute()
  yield shards.map((row) => ({ blob: row.blob, of: `shard ${row.id} of embeddings by ${row.encoder}` }))
  const models = await rows.db.selectFrom('model').select(['blob', 'guesses', 'version']).execute()
  yield models.map((row) => ({ blob: row.blob, of: `the head of version ${row.version}` }))
  yield models.flatMap(({ guesses: blob, version }) =>
    blob ? [{ blob, of: `the predictions of version ${version}`, isPassing: true }] : [],
  )
  const settings = await namedBySettings(rows)
  yield settings.map(({ key, blob }) => ({ blob: blob as Hash, of: `"${key}"`, isPassing: true }))
}

/** Steps keep what is large as a blob, and its name in a setting. */
async function namedBySettings({ db }: Rows): Promise<readonly { key: string; blob: string }[]> {
  const { rows } = await sql<{ key: string; blob: string }>`
    select setting.key, atom as blob from setting, json_tree(setting.value) as leaf
    where leaf.type = 'text' and length(atom) = 64 and atom not glob '*[^0-9a-f]*'`.execute(db)
  return rows
}

export async function isNamed(rows: Rows, blob: Hash): Promise<boolean> {
  for await (const some of namedBlobs(rows)) if (some.some((one) => one.blob === blob)) return true
  return false
}
