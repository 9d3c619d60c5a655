// The pool that a strategy chooses from, with what the strategy needs to know of it.
import type { Image, ImageId, Model, Project } from '../base/index.ts'
import { randomFrom, rowsOf, shuffleInto, type Matrix } from '../math/index.ts'
import { bootstrap, emptyPool, masked, type Need, type Pool, type Situation } from '../query/index.ts'
import type { Head } from '../runtime/index.ts'
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
  return { ...emptyPool, ids, nearTo: images.map((image) => image.nearTo) }
}

/** Of the images that have an embedding, where anything but their being there is needed. */
export async function poolFor(needs: readonly Need[], of: PoolOf, world: World): Promise<Pool> {
  const { store } = world
  const { project } = of
  if (needs.length === 0) return plainPool(store, project.name, of.ids)
  const { ids, rows } = await rowsFor(store, project, of.ids)
  const model = needs.some((need) => need !== 'embeddings')
    ? await maybeLatest(store, project.name)
    : undefined
  const taught = await taughtOf(store, project, model)
  const plain = { ...(await plainPool(store, project.name, ids)), ...taught }
  const pool: Pool = { ...plain, embeddings: needs.includes('embeddings') ? rows : null }
  return model ? guessed(pool, { needs, project, model, rows }, world) : pool
}

async function taughtOf(store: Store, project: Project, model: Model | undefined) {
  const current = await store.labels.current(project.name, { split: 'train' })
  const { ids, rows } = await rowsFor(store, project, current.keys())
  if (ids.length === 0) return { labelled: null, labels: null }
  const place = new Map(model?.card.classes.map((its, i) => [its.id, i]))
  const labels = Int32Array.from(ids, (id) => place.get(current.get(id)!) ?? -1)
  return { labelled: rows, labels: model ? labels : null }
}

type Guessing = {
  readonly needs: readonly Need[]
  readonly project: Project
  readonly model: Model
  readonly rows: Matrix
}

const passes = { ensemble: 5, masked: 3 } // each head is a training; DropQuery's authors take three

async function guessed(pool: Pool, of: Guessing, world: World): Promise<Pool> {
  const { needs, model, rows } = of
  const head = await headOf(world, of.project, model)
  const random = randomFrom(of.project.seed + model.version)
  const hidden: Matrix[] = []
  while (needs.includes('masked') && hidden.length < passes.masked) {
    hidden.push(await world.runtime.probabilities(head, masked(rows, random)))
  }
  const ensemble: Matrix[] = []
  while (needs.includes('ensemble') && ensemble.length < passes.ensemble) {
    const member = await retaught(head, { pool, model, seed: random.below(2 ** 31) }, world)
    ensemble.push(await world.runtime.probabilities(member, rows))
  }
  return {
    ...pool,
    probabilities: await world.runtime.probabilities(head, rows),
    masked: hidden.length > 0 ? hidden : null,
    ensemble: ensemble.length > 0 ? ensemble : null,
    classNames: model.card.classes.map((its) => its.name),
  }
}

type Teaching = { readonly pool: Pool; readonly model: Model; readonly seed: number }

// A head on as many rows of 2048 takes half a second, and five are trained while a person waits.
const taughtMax = 1000

/** A head that learns another draw of the same labels, beginning where the model ended. */
async function retaught(
  head: Head,
  { pool, model, seed }: Teaching,
  { runtime, signal }: World,
): Promise<Head> {
  const known = [...(pool.labels ?? [])].flatMap((its, i) => (its >= 0 ? [i] : []))
  if (known.length === 0) return head
  const random = randomFrom(seed)
  const classOf = known.map((i) => pool.labels![i]!)
  const drawn = shuffleInto(bootstrap(classOf, random), random).subarray(0, taughtMax)
  const places = Array.from(drawn, (i) => known[i]!)
  const { pull } = model.card.settings
  return runtime.trainHead(
    rowsOf(pool.labelled!, places),
    Int32Array.from(places, (i) => pool.labels![i]!),
    {
      classes: model.card.classes.length,
      pull: typeof pull === 'number' ? pull : 0.01,
      seed,
      signal,
      from: head,
    },
  )
}

/** The store gives images in its own order; questions keep that of their choice. */
export function byPosition(images: readonly Image[], ids: readonly ImageId[]): readonly Image[] {
  const byId = new Map(images.map((image) => [image.id, image]))
  return ids.map((id) => byId.get(id)!)
}
