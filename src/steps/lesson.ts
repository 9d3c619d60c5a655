// What a head learns from: the labelled images of the train split at one position of the ledger.
import {
  Failure,
  type Class,
  type ClassId,
  type ImageId,
  type Position,
  type Project,
  type Split,
} from '../base/index.ts'
import type { Matrix } from '../math/index.ts'
import type { Store } from '../store/index.ts'
import { rowsFor, type EmbeddingsOf } from './embeddings.ts'

export type Lesson = {
  readonly position: Position
  /** Those that occur, in their places: a class without a label would only learn "never". */
  readonly classes: readonly Class[]
  readonly images: readonly ImageId[]
  readonly rows: Matrix
  /** For each row, the index of its class in `classes`. */
  readonly classOf: Int32Array
}

type Labels = ReadonlyMap<ImageId, ClassId>

/** The labels of now, or those of a position in the past. */
export async function lessonOf(
  store: Store,
  of: EmbeddingsOf & Pick<Project, 'name'>,
  past?: Position,
): Promise<Lesson> {
  const { position, labels } =
    past === undefined ? await labelsNow(store, of.name) : await labelsAt(store, of.name, past)
  const { ids, rows } = await rowsFor(store, of, labels.keys())
  const taught = new Set(ids.map((id) => labels.get(id)!))
  const classes = (await store.classes.list(of.name)).filter((c) => taught.has(c.id))
  if (classes.length < 2) throw notReady(of.name, { labels, embedded: ids.length, classes })
  const place = new Map(classes.map((c, i) => [c.id, i]))
  return {
    position,
    classes,
    images: ids,
    rows,
    classOf: Int32Array.from(ids, (id) => place.get(labels.get(id)!)!),
  }
}

/** The labels and the position that they belong to, while others go on labelling. */
export async function labelsNow(
  store: Store,
  project: string,
  split: Split = 'train',
): Promise<{ position: Position; labels: Labels }> {
  const readsMax = 5 // answers come seconds apart and a read takes milliseconds: the second try succeeds
  for (let read = 0; read < readsMax; read++) {
    const { position } = await store.projects.counts(project)
    const labels = await store.labels.current(project, { split })
    if ((await store.projects.counts(project)).position === position) return { position, labels }
  }
  const { position } = await store.projects.counts(project)
  return labelsOf(store, project, { position, split })
}

export const labelsAt = (
  store: Store,
  project: string,
  position: Position,
): Promise<{ position: Position; labels: Labels }> => labelsOf(store, project, { position, split: 'train' })

async function labelsOf(
  store: Store,
  project: string,
  { position, split }: { readonly position: Position; readonly split: Split },
): Promise<{ position: Position; labels: Labels }> {
  const its = new Set<number>(await store.images.ids(project, { split }))
  const all = await store.labels.at(project, position)
  return { position, labels: new Map([...all].filter(([image]) => its.has(image))) }
}

function notReady(
  project: string,
  of: { readonly labels: Labels; readonly embedded: number; readonly classes: readonly Class[] },
): Failure {
  const labelled = of.labels.size
  const waiting = labelled - of.embedded
  const seen = waiting > 0 ? `, ${waiting} of ${labelled} labelled images still wait for the encoder` : ''
  const names = of.classes.length === 0 ? 'none' : of.classes.map((c) => c.name).join(', ')
  return new Failure(
    'not-ready',
    `cannot train ${project}: it takes labelled images of at least two classes in the train split, ` +
      `and there are ${of.classes.length} (${names})${seen}`,
  )
}
