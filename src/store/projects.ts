import { setImmediate as soon } from 'node:timers/promises'
import { Failure, splits, type Project } from '../base/index.ts'
import { nextIds } from './ids.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Counts, Projects } from './store.ts'
import type { ProjectRow } from './tables.ts'

export function projectsOver(rows: Rows): Projects {
  const list = async () => {
    const found = await rows.db
      .selectFrom('project')
      .selectAll()
      .where('is_removed', '=', 0)
      .orderBy('id')
      .execute()
    return found.map(projectOf)
  }
  return {
    list,
    create: (project) => create(rows, project),
    get: async (name) => projectOf(await projectRow(rows.db, name)),
    maybe: async (name) => (await list()).find((project) => project.name === name),
    remove: (name) => remove(rows, name),
    async setEncoder(name, encoder) {
      await rows.write(async ({ db }) => {
        const { id } = await projectRow(db, name)
        await db.updateTable('project').set({ encoder }).where('id', '=', id).execute()
      })
    },
    counts: (name) => countsOf(rows.db, name),
  }
}

/** The one way from a project's name to its row. */
export async function projectRow(db: Reading, name: string): Promise<ProjectRow> {
  const row = await db
    .selectFrom('project')
    .selectAll()
    .where('name', '=', name)
    .where('is_removed', '=', 0)
    .executeTakeFirst()
  if (row) return row
  const others = await db
    .selectFrom('project')
    .select('name')
    .where('is_removed', '=', 0)
    .orderBy('name')
    .limit(20)
    .execute()
  const there =
    others.length === 0 ? 'there are none yet' : `there are ${others.map((o) => o.name).join(', ')}`
  throw new Failure('not-found', `there is no project "${name}": ${there}`)
}

async function create(rows: Rows, { at, ...project }: Parameters<Projects['create']>[0]): Promise<Project> {
  await rows.write(async ({ db }) => {
    const taken = await db
      .selectFrom('project')
      .select('id')
      .where('name', '=', project.name)
      .executeTakeFirst()
    if (taken) throw new Failure('already-there', `there is a project "${project.name}" already`)
    const id = await nextIds(db, 'project', 1)
    await db
      .insertInto('project')
      .values({
        id,
        name: project.name,
        title: project.title,
        encoder: project.encoder,
        seed: project.seed,
        test_share: project.testShare,
        validation_share: project.validationShare,
        is_demo: project.isDemo ? 1 : 0,
        is_removed: 0,
        created_at: at,
        position: 0 as ProjectRow['position'],
        last_image: null,
      })
      .execute()
    const tallies = splits.map((split) => ({ project: id, split, images: 0, labelled: 0 }))
    await db.insertInto('tally').values(tallies).execute()
  })
  return { ...project, createdAt: at }
}

const projectOf = (row: ProjectRow): Project => ({
  name: row.name,
  title: row.title,
  encoder: row.encoder,
  seed: row.seed,
  testShare: row.test_share,
  validationShare: row.validation_share,
  isDemo: row.is_demo === 1,
  createdAt: row.created_at,
})

async function countsOf(db: Reading, name: string): Promise<Counts> {
  const { id, position, last_image: lastImage } = await projectRow(db, name)
  const tallies = await db.selectFrom('tally').selectAll().where('project', '=', id).execute()
  const of = (split: string) => {
    const { images = 0, labelled = 0 } = tallies.find((tally) => tally.split === split) ?? {}
    return { images, labelled }
  }
  const sum = (what: 'images' | 'labelled') => tallies.reduce((total, tally) => total + tally[what], 0)
  const bySplit = { train: of('train'), validation: of('validation'), test: of('test') }
  return { images: sum('images'), labelled: sum('labelled'), bySplit, position, lastImage }
}

const ofProject = [
  'lease',
  'question',
  'round',
  'session',
  'near',
  'family',
  'truth',
  'embedding',
  'shard',
  'alias',
  'model',
  'label_event',
  'act',
  'image',
  'class',
  'tally',
] as const
// One statement deletes so many rows at most: others get the lock, and the event loop its turn, in between.
const removedAtOnce = 5000

/** The name is free at once; the rows go in small transactions, and what a crash leaves goes next time. */
async function remove(rows: Rows, name: string): Promise<void> {
  await rows.write(async ({ db }) => {
    const { id, created_at: at } = await projectRow(db, name)
    await db.deleteFrom('setting').where('key', 'like', `% of ${name} of ${at}`).execute()
    const forgotten = { is_removed: 1 as const, name: `removed/${id}` }
    await db.updateTable('project').set(forgotten).where('id', '=', id).execute()
    await db.deleteFrom('job').where('project', '=', name).where('state', '!=', 'running').execute()
  })
  await removeLeft(rows)
}

/** The rows of projects that were removed. */
export async function removeLeft(rows: Rows): Promise<void> {
  const removed = await rows.db.selectFrom('project').select('id').where('is_removed', '=', 1).execute()
  for (const { id } of removed) {
    for (const table of ofProject) {
      while (await removeSome(rows, table, id)) await soon()
    }
    await rows.write(({ db }) => db.deleteFrom('project').where('id', '=', id).execute())
  }
}

const keys = {
  lease: 'image',
  question: 'session, round, place',
  round: 'session, number',
  session: 'id',
  near: 'band, image',
  family: 'name',
  truth: 'image',
  embedding: 'encoder, image',
  shard: 'id',
  model: 'version',
  alias: 'name, change',
  label_event: 'position',
  act: 'id',
  image: 'id',
  class: 'id',
  tally: 'split',
} as const satisfies Record<(typeof ofProject)[number], string>

async function removeSome(rows: Rows, table: keyof typeof keys, project: number): Promise<boolean> {
  return await rows.write(async (w) => {
    const key = keys[table]
    const some = `select ${key} from ${table} where project = ? limit ${removedAtOnce}`
    w.many(`delete from ${table} where project = ? and (${key}) in (${some})`, [[project, project]])
    return w.all(`select 1 as one from ${table} where project = ? limit 1`, [project]).length > 0
  })
}
