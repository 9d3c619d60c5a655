import { sql } from 'kysely'
import { type ClassId, type ImageId, type Position, type Split } from '../base/index.ts'
import { addLabels } from './add-labels.ts'
import { entryOf, events } from './entries.ts'
import { windowed } from './portions.ts'
import { projectRow } from './projects.ts'
import type { Reading, Rows } from './sqlite.ts'
import type { Labels } from './store.ts'
import { undo } from './undo.ts'

export function labelsOver(rows: Rows): Labels {
  const idOf = async (project: string) => (await projectRow(rows.db, project)).id
  return {
    add: (project, labels, act) => rows.write((w) => addLabels(w, project, { labels, act })),
    undo: (project, how) => rows.write((w) => undo(w, project, how)),
    async ledger(project, after, limit) {
      const later = events(rows.db)
        .where('label_event.project', '=', await idOf(project))
        .where('position', '>', after)
      return (await later.orderBy('position').limit(limit).execute()).map(entryOf)
    },
    at: async (project, position) => labelsAt(rows.db, await idOf(project), position),
    current: async (project, where) => currentLabels(rows.db, await idOf(project), where?.split),
    async history(project, image) {
      // By the image alone, whose id no other project has: asked for both, SQLite reads the whole project.
      const found = await events(rows.db).where('image', '=', image).orderBy('position').execute()
      const id = await idOf(project)
      return found.filter((event) => event.project === id).map(entryOf)
    },
    async skipped(project) {
      const id = await idOf(project)
      const found = await rows.db
        .selectFrom('image')
        .select('id')
        .where('project', '=', id)
        .where('is_skipped', '=', sql.lit(1)) // as it stands in the index's condition
        .execute()
      return new Set(found.map((row) => row.id))
    },
  }
}

/** Every event up to there, in order; an undo's event holds the label that it restored. */
async function labelsAt(
  db: Reading,
  project: number,
  position: Position,
): Promise<ReadonlyMap<ImageId, ClassId>> {
  const labels = new Map<ImageId, ClassId>()
  const page = (after: number, size: number) =>
    db
      .selectFrom('label_event')
      .select(['position', 'image', 'class', 'origin'])
      .where('project', '=', project)
      .where('position', '>', after as Position)
      .where('position', '<=', position)
      .orderBy('position')
      .limit(size)
      .execute()
  for await (const some of windowed(page, (row) => row.position)) {
    for (const { image, class: label, origin } of some) {
      if (origin === 'skip') continue
      if (label === null || origin === 'reject') labels.delete(image)
      else labels.set(image, label)
    }
  }
  return labels
}

async function currentLabels(
  db: Reading,
  project: number,
  split: Split | undefined,
): Promise<ReadonlyMap<ImageId, ClassId>> {
  const labels = new Map<ImageId, ClassId>()
  const classes = await db
    .selectFrom('class')
    .select('id')
    .where('project', '=', project)
    .where('labelled', '>', 0)
    .execute()
  for (const { id: label } of classes) {
    const page = (after: number, size: number) => {
      const of = db.selectFrom('image').select('id').where('project', '=', project).where('label', '=', label)
      const inSplit = split === undefined ? of : of.where('split', '=', split)
      return inSplit
        .where('id', '>', after as ImageId)
        .orderBy('id')
        .limit(size)
        .execute()
    }
    for await (const some of windowed(page, (row) => row.id)) {
      for (const { id } of some) labels.set(id, label)
    }
  }
  return new Map([...labels].sort(([a], [b]) => a - b))
}
