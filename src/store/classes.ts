import { Failure, type Class, type ClassId } from '../base/index.ts'
import { nextIds } from './ids.ts'
import { projectRow } from './projects.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Classes } from './store.ts'

export function classesOver(rows: Rows): Classes {
  return {
    list: async (project) => listOf(rows.db, (await projectRow(rows.db, project)).id),
    ensure: (project, names) =>
      rows.write(async ({ db }) => {
        const { id } = await projectRow(db, project)
        const there = await listOf(db, id)
        const known = new Set(there.map((c) => c.name))
        const missing = [...new Set(names)].filter((name) => !known.has(checked(name)))
        if (missing.length === 0) return there
        const first = await nextIds(db, 'class', missing.length)
        const added = missing.map((name, i) => ({
          id: (first + i) as ClassId,
          project: id,
          name,
          place: there.length + i,
          labelled: 0,
        }))
        // In portions, because one statement takes at most 32,766 values.
        for (let i = 0; i < added.length; i += 1000) {
          await db
            .insertInto('class')
            .values(added.slice(i, i + 1000))
            .execute()
        }
        return await listOf(db, id)
      }),
    rename: (project, from, to) =>
      rows.write(async ({ db }) => {
        const { id } = await projectRow(db, project)
        const there = await listOf(db, id)
        const renamed = there.find((c) => c.name === from)
        if (!renamed) throw unknownClass(from, there)
        if (from === checked(to)) return
        if (there.some((c) => c.name === to)) {
          throw new Failure(
            'already-there',
            `cannot rename "${from}" to "${to}": there is a class "${to}" already`,
          )
        }
        await db.updateTable('class').set({ name: to }).where('id', '=', renamed.id).execute()
      }),
  }
}

function checked(name: string): string {
  if (name.trim() !== '') return name
  throw new Failure('bad-input', `a class has a name of at least one letter, and "${name}" has none`)
}

const unknownClass = (name: string, there: readonly Class[]): Failure =>
  new Failure(
    'not-found',
    `there is no class "${name}": there are ${there.map((c) => c.name).join(', ') || 'none yet'}`,
  )

async function listOf(db: Reading, project: number): Promise<Class[]> {
  const found = await db
    .selectFrom('class')
    .selectAll()
    .where('project', '=', project)
    .orderBy('place')
    .execute()
  return found.map(({ id, name, place, labelled }) => ({ id, name, place, labelled }))
}
