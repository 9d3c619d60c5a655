import { Failure, type Round, type Session, type SessionId, type SessionState } from '../base/index.ts'
import { nextIds } from './ids.ts'
import { projectRow } from './projects.ts'
import { closeRound, openRound, questionsOf } from './rounds.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Sessions } from './store-of-sessions.ts'
import type { RoundRow, SessionRow } from './tables.ts'

export function sessionsOver(rows: Rows): Sessions {
  return {
    create: (project, session) => rows.write(({ db }) => create(db, project, session)),
    list: async (project) => (await listOf(rows.db, project)).map(sessionOf),
    get: async (project, name) => sessionOf(await sessionRow(rows.db, project, name)),
    async running(project) {
      const row = (await listOf(rows.db, project)).find(({ state }) => state === 'running')
      return row && sessionOf(row)
    },
    update: (project, name, change) => rows.write(({ db }) => update(db, { project, name }, change)),
    move: (project, name, to) => rows.write(({ db }) => move(db, { project, name }, to)),
    remove: (project, name) =>
      rows.write(async ({ db }) => {
        const { id } = await sessionRow(db, project, name)
        for (const table of ['question', 'round'] as const) {
          await db.deleteFrom(table).where('session', '=', id).execute()
        }
        await db.deleteFrom('session').where('id', '=', id).execute()
      }),
    rounds: async (project, name) =>
      (await roundsOf(rows.db, (await sessionRow(rows.db, project, name)).id)).map(roundOf),
    questions: async (project, name, round) =>
      questionsOf(rows.db, (await sessionRow(rows.db, project, name)).id, round),
    openRound: (project, name, round) =>
      rows.write(async (w) => openRound(w, await sessionRow(w.db, project, name), round)),
    closeRound: (project, name, end) =>
      rows.write(async ({ db }) => closeRound(db, await sessionRow(db, project, name), end)),
    rollBack: (project, name, to) =>
      rows.write(async ({ db }) => {
        const { id } = await sessionRow(db, project, name)
        const [{ numUpdatedRows = 0n } = {}] = await db
          .updateTable('round')
          .set({ is_rolled_back: 1 })
          .where('session', '=', id)
          .where('number', '>', to)
          .where('state', '=', 'done')
          .where('is_rolled_back', '=', 0)
          .execute()
        return Number(numUpdatedRows)
      }),
  }
}

type Named = { readonly project: string; readonly name: string }

const listOf = async (db: Reading, project: string): Promise<SessionRow[]> =>
  db
    .selectFrom('session')
    .selectAll()
    .where('project', '=', (await projectRow(db, project)).id)
    .orderBy('id')
    .execute()

async function sessionRow(db: Reading, project: string, name: string): Promise<SessionRow> {
  const all = await listOf(db, project)
  const row = all.find((session) => session.name === name)
  if (row) return row
  const names = all.slice(0, 20).map((session) => `"${session.name}"`)
  const there = names.length === 0 ? 'there are none yet' : `there are ${names.join(', ')}`
  throw new Failure('not-found', `"${project}" has no session "${name}": ${there}`)
}

async function create(db: Reading, project: string, given: Parameters<Sessions['create']>[1]) {
  const { name, description, settings, at } = given
  await refuseTaken(db, { project, name })
  const row: SessionRow = {
    id: (await nextIds(db, 'session', 1)) as SessionId,
    project: (await projectRow(db, project)).id,
    name,
    description,
    state: 'new',
    settings: JSON.stringify(settings),
    findings: '{}',
    why: '',
    created_at: at,
    started_at: null,
    completed_at: null,
  }
  await db.insertInto('session').values(row).execute()
  return sessionOf(row)
}

async function refuseTaken(db: Reading, { project, name }: Named): Promise<void> {
  const isTaken = (await listOf(db, project)).some((session) => session.name === name)
  if (isTaken) throw new Failure('already-there', `"${project}" has a session "${name}" already`)
}

async function update(
  db: Reading,
  { project, name }: Named,
  { settings, findings, ...change }: Parameters<Sessions['update']>[2],
): Promise<Session> {
  const row = await sessionRow(db, project, name)
  if (change.name !== undefined && change.name !== name) await refuseTaken(db, { project, name: change.name })
  const changed: SessionRow = {
    ...row,
    ...change,
    settings: settings ? JSON.stringify(settings) : row.settings,
    findings: findings ? JSON.stringify(findings) : row.findings,
  }
  await db.updateTable('session').set(changed).where('id', '=', row.id).execute()
  return sessionOf(changed)
}

const ends: readonly SessionState[] = ['completed', 'cancelled']

async function move(
  db: Reading,
  { project, name }: Named,
  { state, from, at, why = '' }: Parameters<Sessions['move']>[2],
): Promise<Session> {
  const row = await sessionRow(db, project, name)
  if (!from.includes(row.state)) {
    const rule = `only a session that is ${from.join(' or ')} becomes ${state}`
    throw new Failure('not-ready', `session "${name}" is ${row.state}: ${rule}`)
  }
  const other = (await listOf(db, project)).find((one) => one.state === 'running' && one.id !== row.id)
  if (state === 'running' && other) {
    const rule = `one session of a project runs at a time, and "${other.name}" does`
    throw new Failure('not-ready', `session "${name}" has to wait: ${rule}`)
  }
  const moved: SessionRow = {
    ...row,
    state,
    why,
    started_at: row.started_at ?? (state === 'running' ? at : null),
    completed_at: ends.includes(state) ? at : null,
  }
  await db.updateTable('session').set(moved).where('id', '=', row.id).execute()
  if (state === 'cancelled') {
    const open = db.updateTable('round').set({ state, completed_at: at }).where('session', '=', row.id)
    await open.where('state', '=', 'open').execute()
  }
  return sessionOf(moved)
}

const roundsOf = (db: Reading, session: SessionId): Promise<RoundRow[]> =>
  db.selectFrom('round').selectAll().where('session', '=', session).orderBy('number').execute()

type Json = Readonly<Record<string, unknown>>

const sessionOf = (row: SessionRow): Session => ({
  id: row.id,
  name: row.name,
  description: row.description,
  state: row.state,
  settings: JSON.parse(row.settings) as Json,
  findings: JSON.parse(row.findings) as Json,
  why: row.why,
  createdAt: row.created_at,
  startedAt: row.started_at,
  completedAt: row.completed_at,
})

const roundOf = (row: RoundRow): Round => ({
  number: row.number,
  state: row.state,
  isRolledBack: row.is_rolled_back === 1,
  strategy: row.strategy,
  says: row.says,
  position: row.position,
  version: row.version,
  figures: JSON.parse(row.figures) as Json,
  startedAt: row.started_at,
  completedAt: row.completed_at,
})
