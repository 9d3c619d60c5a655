import type { Rows } from './sqlite.ts'
import type { Settings } from './store.ts'

export const settingsOver = (rows: Rows): Settings => ({
  async get(key) {
    const row = await rows.db.selectFrom('setting').select('value').where('key', '=', key).executeTakeFirst()
    return row === undefined ? undefined : (JSON.parse(row.value) as unknown)
  },
  async set(key, value) {
    const text = JSON.stringify(value ?? null)
    await rows.write(({ db }) =>
      db
        .insertInto('setting')
        .values({ key, value: text })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
        .execute(),
    )
  },
})
