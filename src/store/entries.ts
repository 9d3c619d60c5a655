import type { LedgerEntry } from '../base/index.ts'
import type { Reading } from './sqlite.ts'
import type { EventRow } from './tables.ts'

export const events = (db: Reading) =>
  db
    .selectFrom('label_event')
    .innerJoin('act', 'act.id', 'label_event.act')
    .selectAll('label_event')
    .select('act.name as act_name')

export const entryOf = (row: EventRow & { readonly act_name: string }): LedgerEntry => ({
  image: row.image,
  class: row.class,
  origin: row.origin,
  by: row.person,
  at: row.at,
  seconds: row.seconds,
  position: row.position,
  act: row.act_name,
  undoes: row.undoes,
})
