import { Failure, type ImageId, type Label, type Position } from '../base/index.ts'
import { nextIds } from './ids.ts'
import { marked, marksOf, writeMarks, type Marked } from './marks.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import type { Writing } from './sqlite.ts'
import type { ProjectRow } from './tables.ts'

export const insertEvent = `insert into label_event
  (project, position, image, class, origin, person, at, seconds, act, undoes)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

export async function addLabels(
  w: Writing,
  name: string,
  { labels, act }: { readonly labels: readonly Label[]; readonly act: string },
): Promise<Position> {
  const project = await projectRow(w.db, name)
  if (labels.length === 0) return project.position
  const before = await marksOf(w, project.id, [...new Set(labels.map((label) => label.image))])
  await checkLabels(w, project, { labels, before })
  const id = await nextIds(w.db, 'act', 1)
  const person = labels[0]!.by
  await w.db.insertInto('act').values({ id, project: project.id, name: act, person, is_undone: 0 }).execute()
  const after = new Map<ImageId, Marked>()
  let { position } = project
  for await (const some of portions(labels, 5000)) {
    const events = some.map((label) => {
      const was = after.get(label.image) ?? before.get(label.image)!
      after.set(label.image, { ...marked(was, label), split: was.split })
      position = (position + 1) as Position
      const { image, class: cls, origin, by, at, seconds } = label
      return [project.id, position, image, cls, origin, by, at, seconds, id, null]
    })
    w.many(insertEvent, events)
  }
  await writeMarks(w, project.id, { before, after })
  await setPosition(w, project.id, position)
  return position
}

export async function setPosition(w: Writing, project: number, position: Position): Promise<void> {
  await w.db.updateTable('project').set({ position }).where('id', '=', project).execute()
}

async function checkLabels(
  w: Writing,
  project: ProjectRow,
  { labels, before }: { readonly labels: readonly Label[]; readonly before: ReadonlyMap<ImageId, Marked> },
): Promise<void> {
  const found = await w.db.selectFrom('class').select('id').where('project', '=', project.id).execute()
  const classes = new Set(found.map((row) => row.id))
  for (const { image, class: cls, origin } of labels) {
    if (!before.has(image)) throw new Failure('not-found', `there is no image ${image} in "${project.name}"`)
    if (cls !== null && !classes.has(cls)) {
      throw new Failure('not-found', `there is no class with the id ${cls} in "${project.name}"`)
    }
    if (origin === 'undo') {
      throw new Failure('bad-input', `a label's origin is what someone did; "undo" is written by undo alone`)
    }
  }
}
