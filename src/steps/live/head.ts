// A head kept by the process that answers. After each label it goes on from where it stood and guesses every
// image anew, so that the next question knows the last answer; versions are trained in the background still.
import type { Class, ImageId, Position, Project } from '../../base/index.ts'
import { matrix, rowOf, type Matrix } from '../../math/index.ts'
import type { Head } from '../../runtime/index.ts'
import { headSettings } from '../head-settings.ts'
import { headOfFit, nextFit, noFit, type LiveFit } from './fit.ts'
import { emptyLesson, nextLesson, taughtRows, type LiveLesson } from './lesson.ts'
import { nextSample, type LiveSample } from './sample.ts'
import { emptyPool, guessAll, livePoolOf, maybeRow, poolRows, type LivePool } from './pool.ts'
import { rosterOf, type Roster } from '../roster.ts'
import { maybeLatest } from '../show.ts'
import type { World } from '../world.ts'

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

export type Live = {
  readonly head?: LiveHead | undefined
  /** Why there is none, where the project is too large for one. */
  readonly declines?: string | undefined
}

export type LiveLimits = { readonly labelsMax: number; readonly bytesMax: number }
const usualLimits: LiveLimits = {
  // The products of every two are 268 MB then, and one label more changes little: versions will do.
  labelsMax: 8192,
  // Of embeddings, held as float32: a million of 512 numbers.
  bytesMax: 2 * 2 ** 30,
}
const projectsMax = 2

type State = {
  readonly pool: LivePool
  readonly lesson: LiveLesson
  readonly fit: LiveFit
  /** What it was made of, beside the pool. */
  readonly of: string
  readonly live: Live
}
type Seat = { state: Promise<State | undefined> | undefined }

const seatsOf = new WeakMap<World['store'], Map<string, Seat>>()

/**
 * The head of now, or none: a process that asks but once (a command) is served by the newest version, as are
 * projects whose version knows all labels, and those that are too large.
 */
export async function liveHeadOf(world: World, project: Project, limits = usualLimits): Promise<Live> {
  const seats = seatsOf.get(world.store) ?? new Map<string, Seat>()
  seatsOf.set(world.store, seats)
  const key = `${project.name} ${project.createdAt}`
  const seat = seats.get(key)
  if (!seat) {
    seats.set(key, { state: undefined })
    if (seats.size > projectsMax) seats.delete(seats.keys().next().value!)
    return {}
  }
  if (!seat.state && (await isLearnt(world, project))) return {}
  // One after another: each goes on from where the one before ended.
  seat.state = (seat.state ?? Promise.resolve(undefined))
    .catch(() => undefined)
    .then((last) => nextState(world, project, { last, limits }))
  return (await seat.state)!.live
}

async function isLearnt({ store }: World, project: Project): Promise<boolean> {
  const { position } = await store.projects.counts(project.name)
  const latest = await maybeLatest(store, project.name)
  return latest?.card.encoder === project.encoder && latest.card.ledger >= position
}

type Going = { readonly last: State | undefined; readonly limits: LiveLimits }

async function nextState(world: World, project: Project, { last, limits }: Going): Promise<State> {
  const roster = await rosterOf(world.store, project, 'train')
  const { labelsMax, bytesMax } = limits
  if (roster.labels.size > labelsMax) {
    return declined(emptyPool, `${roster.labels.size} labels are more than the ${labelsMax} that it learns`)
  }
  const pool = await livePoolOf(world, project, { last: last?.pool, bytesMax })
  if (pool.tooManyBytes === undefined) return learnt(world, project, { roster, pool, last })
  const [there, most] = [pool.tooManyBytes, bytesMax].map((bytes) => (bytes / 1e9).toPrecision(2))
  return declined(pool, `${there} GB of embeddings are more than the ${most} GB that it looks at`)
}

const declined = (pool: LivePool, declines: string): State => ({
  pool,
  lesson: emptyLesson(0),
  fit: noFit,
  of: '',
  live: { declines },
})

type Teaching = { readonly roster: Roster; readonly pool: LivePool; readonly last: State | undefined }

async function learnt(world: World, project: Project, { roster, pool, last }: Teaching): Promise<State> {
  const { store, runtime } = world
  const { position, ids, labels } = roster
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
  if (classes.length < 2) return { pool, lesson, of, fit: noFit, live: {} }
  const place = new Map(classes.map((its, i) => [its.id, i]))
  const classOf = Int32Array.from(classIds, (id) => place.get(id)!)
  const learning = { lesson, classes: classes.map((its) => its.id), classOf, settings }
  const fit = await nextFit(last?.fit ?? noFit, learning, runtime)
  const head = await headOfFit(fit, lesson, runtime)
  const guesses = await guessAll(world, pool, head)
  const drawing = { pool, ids, seed: project.seed, lesson }
  const sample = await nextSample(before?.live.head?.sample, drawing, runtime)
  const live = {
    position,
    head,
    classes,
    pull: settings.pull,
    taught: { rows: taughtRows(lesson), classOf },
    sample,
    ...lookupsOf(pool, guesses),
  }
  return { pool, lesson, of, fit, live: { head: live } }
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
