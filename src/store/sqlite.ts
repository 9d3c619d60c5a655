// The one file that knows SQLite and Node's binding to it; another database needs another of these.
import { setImmediate as soon, setTimeout as later } from 'node:timers/promises'
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite'
import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  type RawBuilder,
  type Transaction,
} from 'kysely'
import { failureOf, guarded, guardedLater, isBusy, writerWaitMs } from './sqlite-failures.ts'
import type { Tables } from './tables.ts'
import { freeForAll, openTurns, type Turns } from './turns.ts'

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>
export type Reading = Kysely<Tables>
/** A write transaction: queries in words, and prepared statements where there are thousands of rows. */
export type Writing = {
  readonly db: Transaction<Tables>
  many(statement: string, rows: Iterable<readonly Value[]>): void
  all(statement: string, values: readonly Value[]): readonly Row[]
}
export type Rows = {
  readonly db: Reading
  write<T>(work: (w: Writing) => Promise<T>): Promise<T>
  /** The schema's number as it stands in the database. */
  schema(): number
  setSchema(w: Writing, number: number): void
  /** A consistent copy, made off the main thread while others write. */
  copyTo(file: string): Promise<void>
  /** How many rows there are, of all tables. */
  count(): Promise<number>
  faults(): Promise<readonly string[]>
  close(): Promise<void>
}

/** `id in among(ids)`: one statement for lists of any length. */
export const among = <T extends string | number>(values: Iterable<T>): RawBuilder<T> =>
  sql<T>`(select value from json_each(${JSON.stringify(Array.from(values))}))`

const inMemory = ':memory:'
// Short, because waiting inside SQLite stops the event loop (its promise: never over 50 ms);
// longer waits are made here, between tries.
const busyTimeoutMs = 10

export function openRows(file: string): Rows {
  const writer = connect(file)
  const reader = file === inMemory ? writer : connect(file)
  const turns = openTurns()
  const writing = kyselyOver(writer, turns)
  const reading = file === inMemory ? writing : kyselyOver(reader, freeForAll)
  return {
    db: reading,
    async write(work) {
      // All below is done without a wait: a loop of writes would let nothing else in this process run.
      await soon()
      return await writing.transaction().execute((db) => work({ db, ...prepared(writer) }))
    },
    schema: () => guarded(file, () => Number(writer.prepare('pragma user_version').get()!['user_version'])),
    setSchema: (_, number) => guarded(file, () => writer.database.exec(`pragma user_version = ${number}`)),
    async copyTo(to) {
      if (file !== inMemory) return await copy(connect(file), to)
      // There is but one connection: no transaction may stand open on it meanwhile.
      await turns.take()
      await copy(writer, to).finally(() => turns.give())
    },
    count: () => countOf(reader),
    faults: () => faultsOf(reader),
    close: async () => {
      // What was begun ends first; what still waits then fails, and is told so.
      await turns.take()
      await writing.destroy()
      await reading.destroy()
      // Kysely forgets a connection that it never used; one left open would keep the log from being merged.
      for (const { database } of [writer, reader]) if (database.isOpen) database.close()
      turns.give()
    },
  }
}

const prepared = ({ file, prepare }: Connection): Omit<Writing, 'db'> => ({
  many: (statement, rows) => guarded(file, () => runMany(prepare(statement), rows)),
  all: (statement, values) => guarded(file, () => prepare(statement).all(...values) as Row[]),
})

type Connection = {
  readonly file: string
  readonly database: DatabaseSync
  prepare(statement: string): StatementSync
}

function connect(file: string): Connection {
  return guarded(file, () => {
    const database = new DatabaseSync(file, { timeout: 5000 })
    try {
      database.exec(settings)
    } catch (thrown) {
      database.close()
      throw thrown
    }
    return { file, database, prepare: keptStatements(database) }
  })
}

// FULL: a label is acknowledged only once it is on the disk. 64 MB of pages: the indexes of hashes and of
// fingerprints are written at random, and take 180 MB at 1 M images.
const settings = `pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
  pragma cache_size = -65536; pragma temp_store = memory; pragma busy_timeout = ${busyTimeoutMs}`

// Kysely writes a few dozen different statements; the limit only guards against a mistake.
const statementsMax = 300
function keptStatements(database: DatabaseSync): Connection['prepare'] {
  const kept = new Map<string, StatementSync>()
  return (statement) => {
    const known = kept.get(statement)
    if (known) return known
    if (kept.size >= statementsMax) kept.clear()
    const fresh = database.prepare(statement)
    kept.set(statement, fresh)
    return fresh
  }
}

function runMany(statement: StatementSync, rows: Iterable<readonly Value[]>): void {
  for (const row of rows) statement.run(...row)
}

const kyselyOver = (connection: Connection, turns: Turns): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driverOver(connection, turns),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })

function driverOver(connection: Connection, turns: Turns): Driver {
  const { file, database } = connection
  const one: DatabaseConnection = {
    executeQuery: async <R>(query: CompiledQuery) => guarded(file, () => execute<R>(connection, query)),
    streamQuery: () => {
      throw new Error('broken promise: rows are read page by page, never as a stream')
    },
  }
  return {
    init: async () => undefined,
    acquireConnection: async () => {
      await turns.take()
      return one
    },
    releaseConnection: async () => turns.give(),
    beginTransaction: () => begin(connection),
    commitTransaction: async () => guarded(file, () => database.exec('commit')),
    // A full disk may have rolled back already.
    rollbackTransaction: async () => {
      if (database.isTransaction) database.exec('rollback')
    },
    destroy: async () => undefined,
  }
}

function execute<R>({ prepare }: Connection, { sql: text, parameters }: CompiledQuery): QueryResult<R> {
  const statement = prepare(text)
  if (statement.columns().length > 0) return { rows: statement.all(...(parameters as Value[])) as R[] }
  const { changes } = statement.run(...(parameters as Value[]))
  return { rows: [], numAffectedRows: BigInt(changes) }
}

/** `immediate`: a transaction that writes takes the lock first, so that none fails half-way as busy. */
async function begin({ file, database }: Connection): Promise<void> {
  for (let waitedMs = 0; ;) {
    try {
      return database.exec('begin immediate')
    } catch (thrown) {
      if (!isBusy(thrown) || waitedMs > writerWaitMs) throw failureOf(thrown, file)
    }
    const pauseMs = Math.min(20, 1 + waitedMs / 10)
    await later(pauseMs)
    waitedMs += pauseMs + busyTimeoutMs
  }
}

/**
 * All pages in one step: a copy in several would start anew whenever another process writes. The step runs
 * on a thread of its own and holds its connection: a file's rows are copied over one of their own.
 */
async function copy({ file, database }: Connection, to: string): Promise<void> {
  try {
    await backup(database, to, { rate: 2 ** 30 })
  } catch (thrown) {
    throw failureOf(thrown, to)
  } finally {
    if (file !== inMemory) database.close()
  }
}

/** The database's own check, table by table, so that others get a turn in between. */
async function faultsOf({ file, prepare }: Connection): Promise<readonly string[]> {
  return await guardedLater(file, async () => {
    const found: string[] = []
    for (const name of tablesOf(prepare)) {
      const rows = prepare(`pragma integrity_check("${name}")`).all() as { integrity_check: string }[]
      found.push(...rows.map((row) => row.integrity_check).filter((line) => line !== 'ok'))
      await soon()
    }
    const strays = prepare('pragma foreign_key_check').all() as { table: string }[]
    return [...found, ...strays.map(({ table }) => `a row of ${table} names a row that is not there`)]
  })
}

async function countOf({ file, prepare }: Connection): Promise<number> {
  return await guardedLater(file, async () => {
    let count = 0
    for (const name of tablesOf(prepare)) {
      count += Number(prepare(`select count(*) as count from "${name}"`).get()!['count'])
      await soon()
    }
    return count
  })
}

const tablesOf = (prepare: Connection['prepare']): readonly string[] =>
  prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'`)
    .all()
    .map((row) => String(row['name']))
