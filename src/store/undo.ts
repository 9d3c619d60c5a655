import type { ImageId, LedgerEntry, Position, Time } from '../base/index.ts'
import { insertEvent, setPosition } from './add-labels.ts'
import { marked, marksOf, unmarked, writeMarks, type Mark } from './marks.ts'
import { entryOf, events } from './entries.ts'
import { portions } from './portions.ts'
import { projectRow } from './projects.ts'
import { among, type Writing } from './sqlite.ts'
import type { EventRow } from './tables.ts'

/** An empty `by` is anyone. What others did to the same images since then stays. */
export async function undo(
  w: Writing,
  name: string,
  { by, at }: { readonly by: string; readonly at: Time },
): Promise<readonly LedgerEntry[]> {
  const project = await projectRow(w.db, name)
  const acts = await newestActs(w, project.id, by)
  if (acts.length === 0) return []
  await w.db.updateTable('act').set({ is_undone: 1 }).where('id', 'in', among(acts)).execute()
  const undone = await w.db
    .selectFrom('label_event')
    .selectAll()
    .where('act', 'in', among(acts))
    .where('origin', '!=', 'undo')
    .orderBy('position', 'desc')
    .execute()
  const images = [...new Set(undone.map((event) => event.image))]
  const after = new Map<ImageId, Mark>()
  for await (const some of portions(images, 2000))
    for (const image of some) after.set(image, markWithout(w, image))
  await writeMarks(w, project.id, { before: await marksOf(w, project.id, images), after })
  const undoing = undone.map((event, i) =>
    undoingOf(event, {
      position: (project.position + i + 1) as Position,
      class: after.get(event.image)!.label,
      person: by === '' ? event.person : by,
      at,
    }),
  )
  for await (const some of portions(undoing, 2000)) w.many(insertEvent, some.map(valuesOf))
  const last = (project.position + undoing.length) as Position
  await setPosition(w, project.id, last)
  const written = events(w.db)
    .where('label_event.project', '=', project.id)
    .where('position', '>', project.position)
    .orderBy('position')
  return (await written.execute()).map(entryOf)
}

/** One call of add is one row; calls that gave the same name are one act. */
async function newestActs(w: Writing, project: number, by: string): Promise<readonly number[]> {
  const open = w.db
    .selectFrom('act')
    .select(['id', 'name'])
    .where('project', '=', project)
    .where('is_undone', '=', 0)
  const ofPerson = by === '' ? open : open.where('person', '=', by)
  const newest = await ofPerson.orderBy('id', 'desc').limit(1).executeTakeFirst()
  if (!newest) return []
  return (await ofPerson.where('name', '=', newest.name).execute()).map((act) => act.id)
}

/** The image's whole history, without what belongs to an act that is undone. */
function markWithout(w: Writing, image: ImageId): Mark {
  const standing = `select class, origin from label_event join act on act.id = label_event.act
    where image = ? and origin <> 'undo' and is_undone = 0 order by position`
  const events = w.all(standing, [image]) as unknown as readonly Parameters<typeof marked>[1][]
  return events.reduce(marked, unmarked)
}

const undoingOf = (
  event: EventRow,
  change: Pick<EventRow, 'position' | 'class' | 'person' | 'at'>,
): EventRow => ({
  ...event,
  ...change,
  origin: 'undo',
  seconds: null,
  undoes: event.position,
})

const valuesOf = (e: EventRow) => [
  e.project,
  e.position,
  e.image,
  e.class,
  e.origin,
  e.person,
  e.at,
  e.seconds,
  e.act,
  e.undoes,
]
