import { Failure, type Model, type ModelCard, type Version } from '../base/index.ts'
import { placeOf, predictionAt, type Guesses } from './guesses.ts'
import { projectRow } from './projects.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Models } from './store.ts'
import type { ModelRow } from './tables.ts'

export function modelsOver(rows: Rows, guesses: Guesses): Models {
  const idOf = async (project: string) => (await projectRow(rows.db, project)).id
  return {
    add: (project, model) => rows.write(({ db }) => add(db, project, model)),
    list: async (project) => (await modelsOf(rows.db, await idOf(project)).execute()).map(modelOf),
    get: async (project, version) => modelOf(await modelRow(rows.db, project, version)),
    async latest(project) {
      const newest = modelsOf(rows.db, await idOf(project))
        .clearOrderBy()
        .orderBy('version', 'desc')
        .limit(1)
      const row = await newest.executeTakeFirst()
      return row && modelOf(row)
    },
    setFigures: (project, version, figures) =>
      rows.write(async ({ db }) => {
        const { project: id } = await modelRow(db, project, version)
        const set = db.updateTable('model').set({ figures: JSON.stringify(figures) })
        await set.where('project', '=', id).where('version', '=', version).execute()
      }),
    point: (project, name, ...[version, at]) =>
      rows.write(async ({ db }) => {
        const { project: id } = await modelRow(db, project, version)
        const change = (await changesOf(db, id, name)).length + 1
        await db.insertInto('alias').values({ project: id, name, change, version, at }).execute()
      }),
    async alias(project, name) {
      const newest = (await changesOf(rows.db, await idOf(project), name)).at(-1)
      return newest && modelOf(await modelRow(rows.db, project, newest.version))
    },
    async aliasHistory(project, name) {
      const changes = await changesOf(rows.db, await idOf(project), name)
      return changes.map(({ version, at }) => ({ version, at }))
    },
    async setPredictions(project, version, predictions) {
      const { project: id } = await modelRow(rows.db, project, version)
      await guesses.set(id, version, predictions)
    },
    async predictions(project, version, ids) {
      const set = await guesses.of(await idOf(project), version)
      if (!set) return new Map()
      const found = ids.map((id) => [id, placeOf(set, id)] as const).filter(([, place]) => place >= 0)
      return new Map(found.map(([id, place]) => [id, predictionAt(set, place)]))
    },
  }
}

const modelsOf = (db: Reading, project: number) =>
  db.selectFrom('model').selectAll().where('project', '=', project).orderBy('version')

async function modelRow(db: Reading, project: string, version: Version): Promise<ModelRow> {
  const { id } = await projectRow(db, project)
  const row = await modelsOf(db, id).where('version', '=', version).executeTakeFirst()
  if (row) return row
  const newest = await modelsOf(db, id).clearOrderBy().orderBy('version', 'desc').limit(1).executeTakeFirst()
  const there = newest ? `there are 1 to ${newest.version}` : 'there are none yet'
  throw new Failure('not-found', `"${project}" has no version ${version}: ${there}`)
}

async function add(db: Reading, project: string, model: Parameters<Models['add']>[1]): Promise<Model> {
  const { id } = await projectRow(db, project)
  const same = await modelsOf(db, id).where('key', '=', model.key).executeTakeFirst()
  if (same) return modelOf(same)
  const { newest } = await db
    .selectFrom('model')
    .select((e) => e.fn.max('version').as('newest'))
    .where('project', '=', id)
    .executeTakeFirstOrThrow()
  const { figures, ...card } = model.card
  const row: ModelRow = {
    project: id,
    version: ((newest ?? 0) + 1) as Version,
    key: model.key,
    kind: model.kind,
    blob: model.blob,
    card: JSON.stringify(card),
    figures: JSON.stringify(figures),
    guesses: null,
    created_at: model.at,
  }
  await db.insertInto('model').values(row).execute()
  return modelOf(row)
}

const changesOf = (db: Reading, project: number, name: string) =>
  db
    .selectFrom('alias')
    .select(['version', 'at'])
    .where('project', '=', project)
    .where('name', '=', name)
    .orderBy('change')
    .execute()

const modelOf = (row: ModelRow): Model => ({
  version: row.version,
  kind: row.kind,
  blob: row.blob,
  card: {
    ...(JSON.parse(row.card) as Omit<ModelCard, 'figures'>),
    figures: JSON.parse(row.figures) as ModelCard['figures'],
  },
  createdAt: row.created_at,
})
