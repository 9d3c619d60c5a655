// The pool that a strategy chooses from, with what the strategy needs to know of it.
import type { Image, ImageId, Model, Project } from '../../base/index.ts'
import { matrix, randomFrom, rowsOf, shuffleInto, type Matrix } from '../../math/index.ts'
import {
  bootstrap,
  emptyPool,
  isOfImages,
  masked,
  type Need,
  type Pool,
  type Situation,
} from '../../query/index.ts'
import type { Head } from '../../runtime/index.ts'
import type { Store } from '../../store/index.ts'
import { rowsFor } from '../embeddings.ts'
import type { LiveHead } from '../live/head.ts'
import { comparedBySample } from '../live/sample.ts'
import { nearTo } from '../roster.ts'
import { headOf } from '../served.ts'
import { maybeLatest } from '../show.ts'
import type { World } from '../world.ts'

type PoolOf = {
  readonly project: Project
  readonly ids: readonly ImageId[]
  /** Asked instead of the newest version, where there is one. */
  readonly live?: LiveHead | undefined
}

export async function situationOf(
  store: Store,
  { project, live }: { readonly project: Project; readonly live: LiveHead | undefined },
): Promise<Situation> {
  const { images, bySplit } = await store.projects.counts(project.name)
  const embedded = await store.embeddings.count(project.name, project.encoder)
  const latest = await maybeLatest(store, project.name)
  return {
    // Folders are embedded in their order: of the first few, all would show the first class.
    hasEmbeddings: embedded > 0 && embedded * 2 >= images,
    hasModel: live !== undefined || latest?.card.encoder === project.encoder,
    labelled: bySplit.train.labelled,
    classes: (await store.classes.list(project.name)).length,
  }
}

export async function plainPool(store: Store, project: string, ids: readonly ImageId[]): Promise<Pool> {
  return { ...emptyPool, ids, nearTo: await nearTo(store, project, ids) }
}

/** Of the images that have an embedding, where anything but their being there is needed. */
export async function poolFor(needs: readonly Need[], of: PoolOf, world: World): Promise<Pool> {
  const { store } = world
  const { project, live } = of
  if (needs.length === 0) return plainPool(store, project.name, of.ids)
  if (live) return livePool(needs, { ...of, live }, world)
  const { ids, rows } = await rowsFor(store, project, of.ids)
  const model = needs.some((need) => !isOfImages(need)) ? await maybeLatest(store, project.name) : undefined
  const taught = await taughtOf(store, project, model)
  const plain = { ...(await plainPool(store, project.name, ids)), ...taught }
  const pool: Pool = { ...plain, embeddings: needs.some(isOfImages) ? rows : null }
  if (!model) return pool
  const head = await headOf(world, project, model)
  const { classes } = model.card
  const teacher = { head, classes, pull: pullOf(model), seed: project.seed + model.version }
  const guesses = await world.runtime.probabilities(head, rows)
  return guessed({ ...pool, probabilities: guesses }, { needs, teacher, rows }, world)
}

async function livePool(
  needs: readonly Need[],
  { project, ids: wanted, live }: PoolOf & { readonly live: LiveHead },
  world: World,
): Promise<Pool> {
  const ids = wanted.filter(live.knows)
  const { rows: labelled, classOf: labels } = live.taught
  const plain = { ...(await plainPool(world.store, project.name, ids)), labelled, labels }
  const some = { images: ids, rowsOf: live.rowsOf, taught: labelled }
  const compared = needs.some(isOfImages) && (await comparedBySample(live.sample, some, world.runtime))
  // Copied only where products do not do: of 800 rows of 2048 numbers 5 ms, and as much for the collector.
  const isLooked = needs.some((need) => need !== 'probabilities' && !(need === 'likeness' && compared))
  const rows = isLooked ? live.rowsOf(ids) : matrix(0, 0)
  const pool: Pool = {
    ...plain,
    ...compared,
    embeddings: isLooked ? rows : null,
    probabilities: live.guessesOf(ids),
  }
  const teacher = { ...live, seed: project.seed + live.position }
  return guessed(pool, { needs, teacher, rows }, world)
}

async function taughtOf(store: Store, project: Project, model: Model | undefined) {
  const current = await store.labels.current(project.name, { split: 'train' })
  const { ids, rows } = await rowsFor(store, project, current.keys())
  if (ids.length === 0) return { labelled: null, labels: null }
  const place = new Map(model?.card.classes.map((its, i) => [its.id, i]))
  const labels = Int32Array.from(ids, (id) => place.get(current.get(id)!) ?? -1)
  return { labelled: rows, labels: model ? labels : null }
}

type Teacher = {
  readonly head: Head
  readonly classes: readonly { readonly name: string }[]
  readonly pull: number
  readonly seed: number
}
type Guessing = { readonly needs: readonly Need[]; readonly teacher: Teacher; readonly rows: Matrix }

const passes = { ensemble: 5, masked: 3 } // each head is a training; DropQuery's authors take three

/** With what several heads, and the head of parts of the numbers, guess. */
async function guessed(pool: Pool, { needs, teacher, rows }: Guessing, world: World): Promise<Pool> {
  const random = randomFrom(teacher.seed)
  const hidden: Matrix[] = []
  while (needs.includes('masked') && hidden.length < passes.masked) {
    hidden.push(await world.runtime.probabilities(teacher.head, masked(rows, random)))
  }
  const ensemble: Matrix[] = []
  while (needs.includes('ensemble') && ensemble.length < passes.ensemble) {
    const member = await retaught(teacher, { pool, seed: random.below(2 ** 31) }, world)
    ensemble.push(await world.runtime.probabilities(member, rows))
  }
  return {
    ...pool,
    masked: hidden.length > 0 ? hidden : null,
    ensemble: ensemble.length > 0 ? ensemble : null,
    classNames: teacher.classes.map((its) => its.name),
  }
}

const pullOf = ({ card }: Model): number => {
  const { pull } = card.settings
  return typeof pull === 'number' ? pull : 0.01
}

type Teaching = { readonly pool: Pool; readonly seed: number }

// A head on as many rows of 2048 takes half a second, and five are trained while a person waits.
const taughtMax = 1000

/** A head that learns another draw of the same labels, beginning where its teacher ended. */
async function retaught(
  { head, classes, pull }: Teacher,
  { pool, seed }: Teaching,
  { runtime, signal }: World,
): Promise<Head> {
  const known = [...(pool.labels ?? [])].flatMap((its, i) => (its >= 0 ? [i] : []))
  if (known.length === 0) return head
  const random = randomFrom(seed)
  const classOf = known.map((i) => pool.labels![i]!)
  const drawn = shuffleInto(bootstrap(classOf, random), random).subarray(0, taughtMax)
  const places = Array.from(drawn, (i) => known[i]!)
  return runtime.trainHead(
    rowsOf(pool.labelled!, places),
    Int32Array.from(places, (i) => pool.labels![i]!),
    { classes: classes.length, pull, seed, signal, from: head },
  )
}

/** The store gives images in its own order; questions keep that of their choice. */
export function byPosition(images: readonly Image[], ids: readonly ImageId[]): readonly Image[] {
  const byId = new Map(images.map((image) => [image.id, image]))
  return ids.map((id) => byId.get(id)!)
}
