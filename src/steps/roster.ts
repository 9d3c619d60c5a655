// The images of a split and their labels of now. A process reads them once, then follows the ledger: of
// 50,000 images that is a millisecond a label, where reading them anew took 60.
import type { ClassId, ImageId, Position, Project, Split } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { labelsNow } from './lesson.ts'

export type Roster = {
  readonly position: Position
  /** Ascending. */
  readonly ids: readonly ImageId[]
  readonly labels: ReadonlyMap<ImageId, ClassId>
}
type Kept = Roster & {
  readonly images: string
  readonly members: ReadonlySet<ImageId>
  readonly labels: Map<ImageId, ClassId>
}

const keptMax = 16 // splits of projects; 50,000 images are 2 MB
const keptOf = new WeakMap<Store, Map<string, Promise<Kept>>>()

export function rosterOf(
  store: Store,
  { name, createdAt }: Pick<Project, 'name' | 'createdAt'>,
  split: Split,
): Promise<Roster> {
  const kept = keptOf.get(store) ?? new Map<string, Promise<Kept>>()
  keptOf.set(store, kept)
  const key = `${name} ${createdAt} ${split}`
  // One after another: two at once would each follow the same labels.
  const roster = (kept.get(key) ?? Promise.resolve(undefined))
    .catch(() => undefined)
    .then((last) => follow(store, { name, split, last }))
  kept.delete(key)
  kept.set(key, roster)
  if (kept.size > keptMax) kept.delete(kept.keys().next().value!)
  return roster
}

type Following = { readonly name: string; readonly split: Split; readonly last: Kept | undefined }

async function follow(store: Store, { name, split, last }: Following): Promise<Kept> {
  const counts = await store.projects.counts(name)
  // Whoever adds images may also move some of a group from split to split.
  const images = `${counts.images} ${counts.lastImage}`
  if (last?.images !== images) {
    const ids = Array.from(await store.images.ids(name, { split })) as ImageId[]
    const { position, labels } = await labelsNow(store, name, split)
    return { position, ids, members: new Set(ids), labels: new Map(labels), images }
  }
  let { position } = last
  while (position < counts.position) {
    const entries = await store.labels.ledger(name, position, portion)
    for (const { image, class: label, origin } of entries) {
      if (origin === 'skip' || !last.members.has(image)) continue
      if (label === null || origin === 'reject') last.labels.delete(image)
      else last.labels.set(image, label)
    }
    position = entries.at(-1)?.position ?? counts.position
  }
  return { ...last, position }
}
const portion = 1000

const nearToOf = new WeakMap<Store, Map<ImageId, ImageId | null>>()
const nearToMax = 2_000_000 // 100 MB

/** The image that each nearly equals; it never changes, so that a process asks once. */
export async function nearTo(
  store: Store,
  project: string,
  ids: readonly ImageId[],
): Promise<readonly (ImageId | null)[]> {
  const known = nearToOf.get(store) ?? new Map<ImageId, ImageId | null>()
  nearToOf.set(store, known)
  const unknown = ids.filter((id) => !known.has(id))
  if (known.size + unknown.length > nearToMax) known.clear()
  for (const image of await store.images.byIds(project, known.size === 0 ? ids : unknown)) {
    known.set(image.id, image.nearTo)
  }
  return ids.map((id) => known.get(id) ?? null)
}
