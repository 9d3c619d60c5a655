import { Failure, type Job, type JobId } from '../base/index.ts'
import { nextIds } from './ids.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Claim, JobTable, NewJob } from './store.ts'
import type { JobRow } from './tables.ts'

const attemptsMax = 3
const listedUnlessSaid = 100

export function jobsOver(rows: Rows): JobTable {
  return {
    enqueue: (job, how) => rows.write(({ db }) => enqueue(db, job, how?.again ?? false)),
    get: (id) => get(rows.db, id),
    async list(of = {}) {
      let query = rows.db
        .selectFrom('job')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(of.limit ?? listedUnlessSaid)
      if (of.project !== undefined) query = query.where('project', '=', of.project)
      if (of.state !== undefined) query = query.where('state', '=', of.state)
      return (await query.execute()).map(jobOf)
    },
    async claim(worker, now, leaseMs) {
      // Most looks find nothing: they take no lock.
      if (!(await oldestFree(rows.db, now))) return undefined
      return await rows.write(({ db }) => claim(db, { worker, now, leaseMs }))
    },
    async beat(claim, now, ...[leaseMs, progress]) {
      const { done, total, sentence } = progress
      return await ifHeld(rows, claim, { lease_until: now + leaseMs, done, total, sentence })
    },
    finish: (claim, now, output) =>
      ifHeld(rows, claim, {
        state: 'done',
        output: JSON.stringify(output ?? null),
        error: null,
        finished_at: now,
        lease_until: null,
      }),
    fail(claim, now, { kind, message, retry }) {
      const isParked = !retry || claim.job.attempts >= attemptsMax
      const error = JSON.stringify({ kind, message })
      return ifHeld(
        rows,
        claim,
        isParked
          ? { state: 'failed', error, finished_at: now, lease_until: null }
          : { state: 'queued', error, lease_until: null },
      )
    },
    release: (claim) =>
      ifHeld(rows, claim, { state: 'queued', attempts: claim.job.attempts - 1, lease_until: null }),
    cancel: (id, now) =>
      rows.write(async ({ db }) => {
        const end = { state: 'cancelled' as const, finished_at: now, lease_until: null }
        await db.updateTable('job').set(end).where('id', '=', id).where('state', 'in', open).execute()
        return await get(db, id)
      }),
  }
}
const open = ['queued', 'running'] as const

async function enqueue(db: Reading, job: NewJob, again: boolean): Promise<Job> {
  const same = await db
    .selectFrom('job')
    .selectAll()
    .where('key', '=', job.key)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (same && (same.state === 'queued' || same.state === 'running' || (same.state === 'done' && !again))) {
    return jobOf(same)
  }
  const id = (await nextIds(db, 'job', 1)) as JobId
  const { key, project, step, at } = job
  const row = { ...blank, id, key, project, step, input: JSON.stringify(job.input ?? null), created_at: at }
  await db.insertInto('job').values(row).execute()
  return jobOf(row)
}
const blank = {
  state: 'queued',
  done: 0,
  total: null,
  sentence: '',
  attempts: 0,
  output: null,
  error: null,
  started_at: null,
  finished_at: null,
  fence: 0,
  lease_until: null,
  worker: null,
} as const satisfies Partial<JobRow>

async function get(db: Reading, id: JobId): Promise<Job> {
  const row = await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Failure('not-found', `there is no job ${id}`)
  return jobOf(row)
}

/**
 * What waits, or what lost its lease. One of a kind at a time in a project: of two trainings side by side,
 * the one with fewer answers could end last and pass for the newest version.
 */
const oldestFree = (db: Reading, now: number): Promise<JobRow | undefined> =>
  db
    .selectFrom('job')
    .selectAll()
    .where('state', 'in', open)
    .where((e) => e.or([e('state', '=', 'queued'), e('lease_until', '<', now)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('job as other')
            .select('other.id')
            .where('other.state', '=', 'running')
            .where('other.lease_until', '>=', now)
            .whereRef('other.project', '=', 'job.project')
            .whereRef('other.step', '=', 'job.step'),
        ),
      ),
    )
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()

async function claim(
  db: Reading,
  { worker, now, leaseMs }: { readonly worker: string; readonly now: number; readonly leaseMs: number },
): Promise<Claim | undefined> {
  for (;;) {
    const row = await oldestFree(db, now)
    if (!row) return undefined
    if (row.attempts < attemptsMax) {
      const taken = {
        state: 'running',
        attempts: row.attempts + 1,
        fence: row.fence + 1,
        lease_until: now + leaseMs,
        worker,
        started_at: row.started_at ?? now,
      } as const
      await db.updateTable('job').set(taken).where('id', '=', row.id).execute()
      return { job: jobOf({ ...row, ...taken }), fence: taken.fence }
    }
    const message = `the step ${row.step} was given up: its process ended ${attemptsMax} times while it ran`
    const parked = {
      state: 'failed',
      error: JSON.stringify({ kind: 'crashed', message }),
      finished_at: now,
    } as const
    await db
      .updateTable('job')
      .set({ ...parked, lease_until: null })
      .where('id', '=', row.id)
      .execute()
  }
}

async function ifHeld(rows: Rows, { job, fence }: Claim, change: Partial<JobRow>): Promise<boolean> {
  const [{ numUpdatedRows = 0n } = {}] = await rows.write(({ db }) =>
    db
      .updateTable('job')
      .set(change)
      .where('id', '=', job.id)
      .where('fence', '=', fence)
      .where('state', '=', 'running')
      .execute(),
  )
  return numUpdatedRows > 0n
}

const jobOf = (row: JobRow): Job => ({
  id: row.id,
  key: row.key,
  project: row.project,
  step: row.step,
  input: JSON.parse(row.input) as unknown,
  state: row.state,
  progress: { done: row.done, total: row.total, sentence: row.sentence },
  attempts: row.attempts,
  output: row.output === null ? null : (JSON.parse(row.output) as unknown),
  error: row.error === null ? null : (JSON.parse(row.error) as NonNullable<Job['error']>),
  createdAt: row.created_at,
  startedAt: row.started_at,
  finishedAt: row.finished_at,
})
