// The pool that a strategy chooses from, with what the strategy needs to know of it.
import type { Image, ImageId, Project } from '../base/index.ts'
import { matrix } from '../math/index.ts'
import type { Pool, Situation } from '../query/index.ts'
import type { Store } from '../store/index.ts'
import { rowsFor } from './embeddings.ts'
import { headOf } from './served.ts'
import { maybeLatest } from './show.ts'
import type { World } from './world.ts'

type PoolOf = { readonly project: Project; readonly ids: readonly ImageId[] }

export async function situationOf(store: Store, project: Project): Promise<Situation> {
  const { images, bySplit } = await store.projects.counts(project.name)
  const embedded = await store.embeddings.count(project.name, project.encoder)
  const latest = await maybeLatest(store, project.name)
  return {
    // Folders are embedded in their order: of the first few, all would show the first class.
    hasEmbeddings: embedded > 0 && embedded * 2 >= images,
    hasModel: latest?.card.encoder === project.encoder,
    labelled: bySplit.train.labelled,
    classes: (await store.classes.list(project.name)).length,
  }
}

export async function plainPool(store: Store, project: string, ids: readonly ImageId[]): Promise<Pool> {
  const images = byPosition(await store.images.byIds(project, ids), ids)
  return {
    ids,
    embeddings: null,
    probabilities: null,
    labelled: null,
    classNames: [],
    nearTo: images.map((image) => image.nearTo),
  }
}

export async function embeddedPool(world: World, { project, ids }: PoolOf): Promise<Pool> {
  const { store } = world
  const found = await rowsFor(store, project, ids)
  const labels = await store.labels.current(project.name, { split: 'train' })
  const labelled = await rowsFor(store, project, labels.keys())
  const plain = await plainPool(store, project.name, found.ids)
  return { ...plain, embeddings: found.rows, labelled: labelled.ids.length > 0 ? labelled.rows : null }
}

export async function guessedPool(world: World, { project, ids }: PoolOf): Promise<Pool> {
  const model = (await maybeLatest(world.store, project.name))!
  const head = await headOf(world, project, model)
  const found = await rowsFor(world.store, project, ids)
  const plain = await plainPool(world.store, project.name, found.ids)
  const probabilities =
    found.ids.length > 0
      ? await world.runtime.probabilities(head, found.rows)
      : matrix(0, model.card.classes.length)
  return { ...plain, probabilities, classNames: model.card.classes.map((c) => c.name) }
}

/** The store gives images in its own order; questions keep that of their choice. */
export function byPosition(images: readonly Image[], ids: readonly ImageId[]): readonly Image[] {
  const byId = new Map(images.map((image) => [image.id, image]))
  return ids.map((id) => byId.get(id)!)
}
