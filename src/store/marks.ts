// What an event does to its image: the current label is derived from the ledger, here and nowhere else.
import type { ClassId, ImageId, LabelOrigin, Split } from '../base/index.ts'
import { portions } from './portions.ts'
import { among, type Writing } from './sqlite.ts'
import { openTally } from './tally.ts'

export type Mark = { readonly label: ClassId | null; readonly isSkipped: boolean }
export type Marked = Mark & { readonly split: Split }
export type Event = { readonly class: ClassId | null; readonly origin: LabelOrigin }

export const unmarked: Mark = { label: null, isSkipped: false }

export function marked(before: Mark, { class: label, origin }: Event): Mark {
  if (origin === 'skip') return { ...before, isSkipped: true }
  if (origin === 'reject') return { label: null, isSkipped: true }
  return { label, isSkipped: false }
}

/** The marks as they stand, of those images that the project has. */
export async function marksOf(
  w: Writing,
  project: number,
  images: readonly ImageId[],
): Promise<Map<ImageId, Marked>> {
  const marks = new Map<ImageId, Marked>()
  for await (const some of portions(images)) {
    const rows = await w.db
      .selectFrom('image')
      .select(['id', 'project', 'label', 'is_skipped', 'split'])
      .where('id', 'in', among(some))
      .execute()
    for (const row of rows) {
      if (row.project !== project) continue
      marks.set(row.id, { label: row.label, isSkipped: row.is_skipped === 1, split: row.split })
    }
  }
  return marks
}

/** Writes the marks that changed, and every counter that follows from them. */
export async function writeMarks(
  w: Writing,
  project: number,
  {
    before,
    after,
  }: { readonly before: ReadonlyMap<ImageId, Marked>; readonly after: ReadonlyMap<ImageId, Mark> },
): Promise<void> {
  const tally = openTally()
  const perClass = new Map<ClassId, number>()
  const count = (label: ClassId | null, change: number) => {
    if (label !== null) perClass.set(label, (perClass.get(label) ?? 0) + change)
  }
  const rows: (number | null)[][] = []
  for (const [image, mark] of after) {
    const old = before.get(image)!
    rows.push([mark.label, mark.isSkipped ? 1 : 0, image])
    tally.add(old.split, { labelled: Number(mark.label !== null) - Number(old.label !== null) })
    count(old.label, -1)
    count(mark.label, 1)
  }
  for await (const some of portions(rows, 2000))
    w.many('update image set label = ?, is_skipped = ? where id = ?', some)
  const changes = [...perClass].filter(([, change]) => change !== 0)
  w.many(
    'update class set labelled = labelled + ? where id = ?',
    changes.map(([id, change]) => [change, id]),
  )
  tally.write(w, project)
}
