// A head kept by the process that answers. After each label it goes on from where it stood and guesses every
// image anew, so that the next question knows the last answer; versions are trained in the background still.
import type { Class, ImageId, Position, Project } from '../base/index.ts'
import { matrix, rowOf, type Matrix } from '../math/index.ts'
import type { Head } from '../runtime/index.ts'
import { headSettings } from './head-settings.ts'
import { headOfFit, nextFit, noFit, type LiveFit } from './live-fit.ts'
import { emptyLesson, nextLesson, taughtRows, type LiveLesson } from './live-lesson.ts'
import { nextSample, type LiveSample } from './live-sample.ts'
import { guessAll, livePoolOf, maybeRow, poolRows, type LivePool } from './live-pool.ts'
import { rosterOf } from './roster.ts'
import { maybeLatest } from './show.ts'
import type { World } from './world.ts'

export type LiveHead = {
  readonly position: Position
  readonly head: Head
  readonly classes: readonly Class[]
  readonly pull: number
  /** The rows that it learnt, and for each the place of its class. */
  readonly taught: { readonly rows: Matrix; readonly classOf: Int32Array }
  readonly knows: (image: ImageId) => boolean
  /** Of images that it knows. */
  readonly rowsOf: (images: readonly ImageId[]) => Matrix
  readonly guessesOf: (images: readonly ImageId[]) => Matrix
  /** Some number of each, of all guesses at once. */
  readonly scoresOf: (images: readonly ImageId[], score: (guesses: Matrix) => Float32Array) => Float32Array
  readonly sample: LiveSample
}

// The products of every two are 268 MB then, and one label more changes little: versions will do.
const labelsMax = 8192
const projectsMax = 2 // at 2 GB of embeddings each

type State = {
  readonly pool: LivePool
  readonly lesson: LiveLesson
  readonly fit: LiveFit
  /** What it was made of, beside the pool. */
  readonly of: string
  readonly live: LiveHead | undefined
}
type Seat = { state: Promise<State | undefined> | undefined }

const seatsOf = new WeakMap<World['store'], Map<string, Seat>>()

/**
 * The head of now, or none: a process that asks but once (a command) is served by the newest version, as are
 * projects whose version knows all labels, and those that are too large.
 */
export async function liveHeadOf(world: World, project: Project): Promise<LiveHead | undefined> {
  const seats = seatsOf.get(world.store) ?? new Map<string, Seat>()
  seatsOf.set(world.store, seats)
  const key = `${project.name} ${project.createdAt}`
  const seat = seats.get(key)
  if (!seat) {
    seats.set(key, { state: undefined })
    if (seats.size > projectsMax) seats.delete(seats.keys().next().value!)
    return undefined
  }
  if (!seat.state && (await isLearnt(world, project))) return undefined
  // One after another: each goes on from where the one before ended.
  seat.state = (seat.state ?? Promise.resolve(undefined))
    .catch(() => undefined)
    .then((last) => nextState(world, project, last))
  return (await seat.state)?.live
}

async function isLearnt({ store }: World, project: Project): Promise<boolean> {
  const { position } = await store.projects.counts(project.name)
  const latest = await maybeLatest(store, project.name)
  return latest?.card.encoder === project.encoder && latest.card.ledger >= position
}

async function nextState(
  world: World,
  project: Project,
  last: State | undefined,
): Promise<State | undefined> {
  const { store, runtime } = world
  const pool = await livePoolOf(world, project, last?.pool)
  const { position, ids, labels } = await rosterOf(store, project, 'train')
  if (labels.size > labelsMax) return undefined
  const all = await store.classes.list(project.name)
  const settings = await headSettings(store, project)
  const of = JSON.stringify([position, settings, all.map((its) => [its.id, its.name])])
  const before = last?.pool === pool ? last : undefined
  if (before?.of === of) return before
  // A copy: others follow the ledger meanwhile.
  const wanted = { labels: new Map(labels), rowOf: (image: ImageId) => maybeRow(pool, image) }
  const lesson = await nextLesson(before?.lesson ?? emptyLesson(pool.width), wanted, runtime)
  const classIds = lesson.images.map((image) => wanted.labels.get(image)!)
  const taught = new Set(classIds)
  const classes = all.filter((its) => taught.has(its.id))
  if (classes.length < 2) return { pool, lesson, of, fit: noFit, live: undefined }
  const place = new Map(classes.map((its, i) => [its.id, i]))
  const classOf = Int32Array.from(classIds, (id) => place.get(id)!)
  const learning = { lesson, classes: classes.map((its) => its.id), classOf, settings }
  const fit = await nextFit(last?.fit ?? noFit, learning, runtime)
  const head = await headOfFit(fit, lesson, runtime)
  const guesses = await guessAll(world, pool, head)
  const drawing = { pool, ids, seed: project.seed, lesson }
  const sample = await nextSample(before?.live?.sample, drawing, runtime)
  const live = {
    position,
    head,
    classes,
    pull: settings.pull,
    taught: { rows: taughtRows(lesson), classOf },
    sample,
    ...lookupsOf(pool, guesses),
  }
  return { pool, lesson, of, fit, live }
}

function lookupsOf(
  pool: LivePool,
  guesses: Matrix,
): Pick<LiveHead, 'knows' | 'rowsOf' | 'guessesOf' | 'scoresOf'> {
  return {
    knows: (image) => pool.placeOf(image) >= 0,
    rowsOf: (images) => poolRows(pool, images),
    guessesOf(images) {
      const some = matrix(images.length, guesses.columns)
      images.forEach((image, i) => rowOf(some, i).set(rowOf(guesses, pool.placeOf(image))))
      return some
    },
    scoresOf(images, score) {
      const all = score(guesses)
      const some = new Float32Array(images.length)
      // Float32Array.from takes ten times as long.
      for (let i = 0; i < some.length; i++) some[i] = all[pool.placeOf(images[i]!)]!
      return some
    },
  }
}
