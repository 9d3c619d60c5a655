// Which labels people gave, and which ones `annotate` wrote by itself: those are no examples to it.
import type { ClassId, ImageId, LedgerEntry, Position } from '../base/index.ts'
import type { Store } from '../store/index.ts'

const pageSize = 10_000
const actBegins = 'annotate at '

/** How the acts of `annotate` are named; a cluster that a person named is another act. */
export const annotateAct = (at: number): string => `${actBegins}${at}`
export const isByItself = ({ origin, act }: LedgerEntry): boolean =>
  origin === 'annotate' && act.startsWith(actBegins)

type Labels = ReadonlyMap<ImageId, ClassId>

/** The current labels that people stand behind, by image or by cluster. */
export const labelsOfPeople = (store: Store, project: string): Promise<Labels> =>
  labelsBut(isByItself, store, project)

/** Those given by looking at the very image: these alone tell how pure a cluster is. */
export const labelsOfImages = (store: Store, project: string): Promise<Labels> =>
  labelsBut(({ origin }) => origin === 'annotate', store, project)

async function labelsBut(
  isLeftOut: (entry: LedgerEntry) => boolean,
  store: Store,
  project: string,
): Promise<Labels> {
  const current = await store.labels.current(project)
  const standing = new Map<ImageId, LedgerEntry[]>()
  for (let after = 0 as Position; ;) {
    const page = await store.labels.ledger(project, after, pageSize)
    for (const entry of page) noteInto(standing, entry)
    if (page.length < pageSize) break
    after = page.at(-1)!.position
  }
  return new Map(
    [...current].filter(([image]) => {
      const newest = standing.get(image)?.at(-1)
      return newest === undefined || !isLeftOut(newest)
    }),
  )
}

function noteInto(standing: Map<ImageId, LedgerEntry[]>, entry: LedgerEntry): void {
  if (entry.origin === 'skip') return
  const before = standing.get(entry.image) ?? []
  const after = entry.undoes === null ? [...before, entry] : before.filter((e) => e.position !== entry.undoes)
  standing.set(entry.image, after)
}

/** Images of which a person said, when asked again, that their label is right. */
export async function confirmedLabels(store: Store, project: string): Promise<ReadonlySet<ImageId>> {
  const newest = new Map<ImageId, ClassId | null>()
  const confirmed = new Set<ImageId>()
  for (let after = 0 as Position; ;) {
    const page = await store.labels.ledger(project, after, pageSize)
    for (const { image, class: its, origin } of page) {
      if (origin === 'skip') continue
      if (origin === 'accept' && its === newest.get(image)) confirmed.add(image)
      else confirmed.delete(image)
      newest.set(image, its)
    }
    if (page.length < pageSize) return confirmed
    after = page.at(-1)!.position
  }
}
