import type { Reading } from './sqlite.ts'

/** Reserves so many ids; gives the first. Only inside a write, whose rollback gives them back. */
export async function nextIds(db: Reading, of: string, count: number): Promise<number> {
  const { value } = await db
    .updateTable('newest')
    .set((e) => ({ value: e('value', '+', count) }))
    .where('name', '=', of)
    .returning('value')
    .executeTakeFirstOrThrow()
  return value - count + 1
}
