// Images that must share a split: those of one group, and those that nearly equal one another, transitively.
import { createHash } from 'node:crypto'
import { splits, type ImageId, type Split } from '../base/index.ts'
import type { Writing } from './sqlite.ts'
import type { ProjectRow } from './tables.ts'
import type { Tally } from './tally.ts'

type Newcomer = {
  readonly id: ImageId
  readonly hash: string
  readonly group: string | null
  readonly near: readonly ImageId[]
}

/** Where a new image belongs: alone, to one closure, or between several, which it makes one. */
export function place(
  w: Writing,
  project: ProjectRow,
  { newcomer, tally }: { readonly newcomer: Newcomer; readonly tally: Tally },
): { readonly closure: ImageId | null; readonly split: Split } {
  const { id, group, near } = newcomer
  const joined = new Set(near.map((image) => closureOf(w, image)))
  const family = group === null ? undefined : familyOf(w, project.id, group)
  if (family !== undefined) joined.add(family)
  const [root = id, ...others] = [...joined].sort((a, b) => a - b)
  if (group !== null && family === undefined) w.many(insertFamily, [[project.id, group, root]])
  if (joined.size === 0) return { closure: group === null ? null : id, split: drawn(project, newcomer) }
  if (others.length === 0) return { closure: root, split: splitOf(w, root) }
  return { closure: root, split: merge(w, project.id, { root, others, tally }) }
}

/** By what the picture is, not by when it came: the order of adding changes no split. */
function drawn(project: ProjectRow, { group, hash }: Newcomer): Split {
  const key = group === null ? `image ${hash}` : `group ${group}`
  const digest = createHash('sha256').update(`${project.seed} ${key}`).digest()
  const chance = digest.readUIntBE(0, 6) / 2 ** 48
  if (chance < project.test_share) return 'test'
  return chance < project.test_share + project.validation_share ? 'validation' : 'train'
}

const insertFamily = 'insert into family (project, name, closure) values (?, ?, ?)'

function familyOf(w: Writing, project: number, group: string): ImageId | undefined {
  const [row] = w.all('select closure from family where project = ? and name = ?', [project, group])
  return row?.['closure'] as ImageId | undefined
}

function closureOf(w: Writing, image: ImageId): ImageId {
  const [row] = w.all('select closure from image where id = ?', [image])
  if (row!['closure'] !== null) return row!['closure'] as ImageId
  w.many('update image set closure = id where id = ?', [[image]])
  return image
}

const splitOf = (w: Writing, image: ImageId): Split =>
  w.all('select split from image where id = ?', [image])[0]!['split'] as Split

/**
 * The first split of train, validation, test that one of them has: what was learnt from never becomes gold,
 * so an image that links the two takes its look-alikes out of the gold set, not into it.
 */
function merge(
  w: Writing,
  project: number,
  {
    root,
    others,
    tally,
  }: { readonly root: ImageId; readonly others: readonly ImageId[]; readonly tally: Tally },
): Split {
  const all = [root, ...others]
  const there = new Set(all.map((closure) => splitOf(w, closure)))
  const split = splits.find((name) => there.has(name))!
  for (const closure of all) {
    const counts = `select count(*) as images, count(label) as labelled from image
    where project = ? and closure = ?`
    const [moved] = w.all(counts, [project, closure])
    const [images, labelled] = [moved!['images'] as number, moved!['labelled'] as number]
    tally.add(splitOf(w, closure), { images: -images, labelled: -labelled })
    tally.add(split, { images, labelled })
    w.many('update image set closure = ?, split = ? where project = ? and closure = ?', [
      [root, split, project, closure],
    ])
    w.many('update family set closure = ? where project = ? and closure = ?', [[root, project, closure]])
  }
  return split
}
