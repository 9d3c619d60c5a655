// Heads taught with all labels, and with fewer that chance drew, measured on the same images.
import type { ImageId, Project } from '../../base/index.ts'
import {
  placeOfLargest,
  randomFrom,
  rowOf,
  rowsOf,
  shuffleInto,
  type Matrix,
  type Random,
} from '../../math/index.ts'
import { stratifiedFolds, type Chance, type Right } from '../../measure/index.ts'
import { rowsFor } from '../embeddings.ts'
import { examFor } from '../exam.ts'
import type { Lesson } from '../lesson.ts'
import { usualPull } from '../train.ts'
import type { World } from '../world.ts'

/** What was labelled: places in the lesson. */
export type Arms = {
  /** Drawn by chance, in their turn. */
  readonly control: readonly number[]
  /** Asked about for a reason, in the order of their labels. */
  readonly chosen: readonly number[]
}
export type Trials = {
  readonly on: 'truth' | 'gold' | 'control'
  /** By heads that learnt all labels but those they are measured on. */
  readonly ours: Right
  /** By heads of the control arm alone: its parts, and all of it. */
  readonly chance: readonly Chance[]
  /** By heads of as many labels as the arm has, the first that were asked for; null where there are fewer. */
  readonly asked: Right | null
}
type Given = { readonly project: Project; readonly lesson: Lesson; readonly arms: Arms }

/** Rows to be measured on, with their class in the lesson; −1 is a class that nobody taught. */
type Exam = { readonly rows: Matrix; readonly classOf: Int32Array; readonly held: ReadonlySet<number> }

const examMost = 2000 // an accuracy is then known to two points
const foldCount = 5
const drawCount = 4
const fractions = [1 / 8, 1 / 4, 1 / 2] as const
export const controlMin = 20 // as gold: fewer would say nothing

export async function trialsOf(given: Given, world: World): Promise<Trials> {
  const { on, exams } = await examsOf(given, world)
  const { project, arms } = given
  const random = randomFrom(project.seed)
  const smallest = Math.min(...exams.map(({ held }) => arms.control.filter((i) => !held.has(i)).length))
  const sizes = sizesOf(smallest, given.lesson.classes.length)
  const [ours, asked]: [Right[], Right[]] = [[], []]
  const chance = sizes.map((labels) => ({ labels, draws: drawsOf(labels, smallest).map((): Right[] => []) }))
  const enough = arms.chosen.length >= smallest
  for (const [i, exam] of exams.entries()) {
    const say = `measuring what chance would have brought, part ${i + 1} of ${exams.length}`
    world.progress({ done: i, total: exams.length, sentence: say })
    const all = given.lesson.images.map((_, place) => place).filter((place) => !exam.held.has(place))
    const drawn = arms.control.filter((place) => !exam.held.has(place))
    ours.push(await rightOf(all, exam, { given, world }))
    if (enough) asked.push(await rightOf(arms.chosen.slice(0, smallest), exam, { given, world }))
    for (const { labels, draws } of chance) {
      for (const parts of draws) {
        const some = partOf(drawn, labels, random)
        parts.push(await rightOf(some, exam, { given, world }))
      }
    }
  }
  return {
    on,
    ours: joined(ours),
    asked: enough ? joined(asked) : null,
    chance: chance.map(({ labels, draws }) => ({ labels, draws: draws.map(joined) })),
  }
}

function sizesOf(arm: number, classes: number): number[] {
  const parts = fractions
    .map((share) => Math.round(arm * share))
    .filter((size) => size >= Math.max(10, classes))
  return [...new Set([...parts, arm])]
}
const drawsOf = (labels: number, whole: number): number[] => [
  ...Array(labels === whole ? 1 : drawCount).keys(),
]
const partOf = (drawn: readonly number[], labels: number, random: Random): readonly number[] =>
  labels >= drawn.length ? drawn : shuffleInto([...drawn], random).slice(0, labels)
const joined = (parts: readonly Right[]): Right => Uint8Array.from(parts.flatMap((part) => [...part]))

/** On truth or gold where they are known; else the arm itself, each fifth by heads that did not learn it. */
async function examsOf({ project, lesson, arms }: Given, { store }: World) {
  const exam = await examFor({ store }, project, { on: 'auto', position: lesson.position })
  const placeOf = new Map(lesson.classes.map(({ id }, i) => [id, i]))
  if (exam.on !== 'cross-validation') {
    const taught = new Set(lesson.images)
    const left = [...exam.answers.keys()].filter((id) => !taught.has(id))
    const some = shuffleInto(left, randomFrom(project.seed)).slice(0, examMost)
    const { ids, rows } = await rowsFor(store, project, some)
    const classOf = Int32Array.from(ids, (id: ImageId) => placeOf.get(exam.answers.get(id)!) ?? -1)
    return { on: exam.on, exams: [{ rows, classOf, held: new Set<number>() }] }
  }
  const classOf = Int32Array.from(arms.control, (place) => lesson.classOf[place]!)
  const foldOf = stratifiedFolds(classOf, foldCount, randomFrom(project.seed))
  const exams = Array.from({ length: foldCount }, (_, fold): Exam => {
    const held = arms.control.filter((_, i) => foldOf[i] === fold)
    const their = Int32Array.from(held, (place) => lesson.classOf[place]!)
    return { rows: rowsOf(lesson.rows, held), classOf: their, held: new Set(held) }
  })
  return { on: 'control' as const, exams: exams.filter(({ held }) => held.size > 0) }
}

async function rightOf(
  places: readonly number[],
  { rows, classOf }: Exam,
  { given, world }: { readonly given: Given; readonly world: World },
): Promise<Right> {
  const { lesson, project } = given
  world.signal.throwIfAborted()
  const head = await world.runtime.trainHead(
    rowsOf(lesson.rows, places),
    Int32Array.from(places, (place) => lesson.classOf[place]!),
    { classes: lesson.classes.length, pull: usualPull(project), seed: project.seed, signal: world.signal },
  )
  const guesses = await world.runtime.probabilities(head, rows)
  return Uint8Array.from(classOf, (truth, i) => Number(placeOfLargest(rowOf(guesses, i)) === truth))
}
