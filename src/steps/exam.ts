// How a version is measured: on what, and what came of it.
import {
  Failure,
  type Class,
  type ClassId,
  type ImageId,
  type Position,
  type Project,
} from '../base/index.ts'
import { matrix, randomFrom, rowOf, rowsOf, type Matrix } from '../math/index.ts'
import { measureClasses, stratifiedFolds, type ClassReport } from '../measure/index.ts'
import type { Sheet } from './guesses.ts'
import { labelsAt, type Lesson } from './lesson.ts'
import { meanGuess, taughtHeads, type Teaching } from './several.ts'
import type { MeasuredOn } from './views.ts'
import type { World } from './world.ts'

/** Answers to compare with, or none: then the lesson examines itself in folds. */
export type Exam =
  | { readonly on: 'truth' | 'gold'; readonly answers: ReadonlyMap<ImageId, ClassId> }
  | { readonly on: 'cross-validation' }

// With 20 gold labels the interval spans 35 points at 80%: fewer would say nothing.
const goldMin = 20

/** Hidden truth of what was not taught, where it is known; else enough gold; else folds. */
export async function examFor(
  { store }: Pick<World, 'store'>,
  project: Pick<Project, 'name'>,
  how: { readonly on: MeasuredOn | 'auto'; readonly position: Position },
): Promise<Exam> {
  if (how.on === 'cross-validation') return { on: how.on }
  if (how.on !== 'gold') {
    const truth = await store.truth.all(project.name)
    if (truth.size > 0) {
      const { labels } = await labelsAt(store, project.name, how.position)
      const answers = new Map([...truth].filter(([image]) => !labels.has(image)))
      if (answers.size > 0) return { on: 'truth', answers }
    }
    if (how.on === 'truth') {
      throw new Failure(
        'not-ready',
        `cannot measure ${project.name} on truth: the true classes are not known`,
      )
    }
  }
  const gold = await store.labels.current(project.name, { split: 'test' })
  if (gold.size >= (how.on === 'gold' ? 1 : goldMin)) return { on: 'gold', answers: gold }
  if (how.on === 'auto') return { on: 'cross-validation' }
  throw new Failure(
    'not-ready',
    `cannot measure ${project.name} on gold: it takes a labelled image of the test split, and there are 0`,
  )
}

/** Marks guesses as they stream by; classes that the head does not know count as wrong. */
export function marker(
  answers: ReadonlyMap<ImageId, ClassId>,
  known: readonly ClassId[],
  all: readonly Class[],
) {
  const occurring = new Set(answers.values())
  const classes = [...known, ...all.map((c) => c.id).filter((id) => occurring.has(id) && !known.includes(id))]
  const place = new Map(classes.map((id, i) => [id, i]))
  const names = classes.map((id) => all.find((c) => c.id === id)?.name ?? '')
  const marked: { readonly image: ImageId; readonly truth: number; readonly row: Float32Array }[] = []
  return {
    take(sheet: Sheet): void {
      sheet.ids.forEach((id, i) => {
        const truth = place.get(answers.get(id as ImageId)!)
        if (truth !== undefined)
          marked.push({ image: id as ImageId, truth, row: rowOf(sheet.probabilities, i) })
      })
    },
    marks(): Marks {
      // Sorted: shards come in the order they were written, and sums of floats depend on the order.
      marked.sort((a, b) => a.image - b.image)
      const probabilities = matrix(marked.length, classes.length)
      marked.forEach(({ row }, i) => probabilities.data.set(row, i * classes.length))
      const truth = Int32Array.from(marked, (m) => m.truth)
      return { images: marked.map((m) => m.image), truth, probabilities, names }
    },
  }
}

export type Marks = {
  readonly images: readonly ImageId[]
  readonly truth: Int32Array
  readonly probabilities: Matrix
  readonly names: readonly string[]
}

export const reportOf = (marks: Marks): ClassReport =>
  measureClasses(marks.truth, marks.probabilities, marks.names)

const foldCount = 5
// A head on 1,000 rows takes a second of one core, and one is trained after each answer: from there on a
// single fold is asked, of 200 images or more, whose interval spans 12 points at the most.
const rowsTaughtMax = 1500

/** Each fold is guessed by a head that learnt the others; undefined where there are too few labels. */
export async function crossValidate(
  world: Pick<World, 'runtime' | 'signal'>,
  lesson: Lesson,
  how: Teaching,
): Promise<Marks | undefined> {
  const { images, rows, classOf, classes } = lesson
  const foldOf = stratifiedFolds(classOf, foldCount, randomFrom(how.seed))
  const folds = Math.max(1, Math.min(foldCount, Math.floor(rowsTaughtMax / images.length)))
  const probabilities = matrix(images.length, classes.length)
  for (let fold = 0; fold < folds; fold++) {
    const taught = indicesWhere(foldOf, (f) => f !== fold)
    const asked = indicesWhere(foldOf, (f) => f === fold)
    const taughtClasses = Int32Array.from(taught, (i) => classOf[i]!)
    if (asked.length === 0 || new Set(taughtClasses).size < 2) return undefined
    const part = { rows: rowsOf(rows, taught), classOf: taughtClasses, classes: classes.length }
    const heads = await taughtHeads(part, how, world)
    const guesses = await meanGuess(world, heads, rowsOf(rows, asked))
    asked.forEach((row, i) => rowOf(probabilities, row).set(rowOf(guesses, i)))
  }
  const marked = indicesWhere(foldOf, (f) => f < folds)
  return {
    images: marked.map((i) => images[i]!),
    truth: Int32Array.from(marked, (i) => classOf[i]!),
    probabilities: rowsOf(probabilities, marked),
    names: classes.map((c) => c.name),
  }
}

const indicesWhere = (values: Int32Array, holds: (value: number) => boolean): number[] =>
  Array.from(values.keys()).filter((i) => holds(values[i]!))
