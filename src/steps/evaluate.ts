import { z } from 'zod'
import { Failure, type ImageId, type Model, type ModelCard, type Project } from '../base/index.ts'
import { calibrate } from '../measure/index.ts'
import { placeOfLargest, rowOf } from '../math/index.ts'
import { batchesKept } from './batches.ts'
import { crossValidate, examFor, marker, reportOf, type Exam, type Marks } from './exam.ts'
import { projectField, versionField } from './fields.ts'
import { modelOf } from './find.ts'
import { guessesOf } from './guesses.ts'
import { settingsKept } from './head-settings.ts'
import { lessonOf } from './lesson.ts'
import type { Head } from '../runtime/index.ts'
import type { EmbeddingsOf } from './embeddings.ts'
import { headOf } from './served.ts'
import { taughtHeads, type Teaching } from './several.ts'
import { step } from './step.ts'
import { IntervalView, measuredOn } from './views.ts'
import type { World } from './world.ts'

const share = z.number().min(0).max(1)
const Cell = z.object({ truth: z.string(), guess: z.string(), images: z.array(z.int()) })
const cellImages = 100 // a page of the grid; the confusion counts say how many there are in all

const Calibration = z
  .object({ temperature: z.number(), eceBefore: share, eceAfter: share })
  .describe('what its sureness must be divided by, and the ece of half the rows put right by the other half')
const Ensemble = z
  .object({ heads: z.int(), accuracy: share, logLoss: z.number(), ece: share })
  .describe('the mean of several heads, measured alike')

export const evaluate = step({
  name: 'evaluate',
  summary: 'Measure a version: accuracy with its interval, each class, confusion and calibration',
  input: z.object({
    project: projectField,
    version: versionField.optional().describe('the version; the newest, if left out'),
    on: z
      .enum(['auto', ...measuredOn])
      .default('auto')
      .describe('known truth, gold labels, or folds of the labels; auto takes the first there is'),
    heads: z
      .int()
      .min(2)
      .max(50)
      .optional()
      .describe(
        'also measures so many heads that guess together: heads that are too sure gain by it, timid ones lose',
      ),
  }),
  output: z.object({
    version: z.int(),
    on: z.enum(measuredOn),
    count: z.int().describe('how many images it was measured on'),
    accuracy: IntervalView,
    perClass: z.array(
      z.object({ name: z.string(), precision: share, recall: share, f1: share, count: z.int() }),
    ),
    confusion: z.object({
      classes: z.array(z.string()),
      counts: z.array(z.array(z.int())).describe('rows: what is true; columns: what was guessed'),
    }),
    macroF1: share,
    logLoss: z.number(),
    ece: share.describe('by how much sureness and accuracy differ'),
    calibration: Calibration,
    ensemble: Ensemble.optional(),
    cells: z.array(Cell).optional().describe('the images behind the counts, except where truth is hidden'),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project', 'version'],
  async key({ project: name, version, on, heads }, { store }) {
    const { createdAt } = await store.projects.get(name)
    const model = await modelOf(store, name, version)
    const { position } = await store.projects.counts(name)
    const embedded = await store.embeddings.count(name, model.card.encoder)
    return `evaluate ${name} ${createdAt} ${model.version} ${on} ${position} ${embedded} ${heads ?? 1}`
  },
  async run({ project: name, version, on, heads }, world) {
    const project = await world.store.projects.get(name)
    const model = await modelOf(world.store, name, version)
    const exam = await examFor(world, project, { on, position: model.card.ledger })
    world.progress({ done: 0, total: null, sentence: `measuring version ${model.version} on ${exam.on}` })
    const marks = await marksOf(world, { project, model, exam })
    const { perClass, confusion, ...report } = reportOf(marks)
    const { temperature, before, after } = calibrate(marks.truth, marks.probabilities)
    return {
      version: model.version,
      on: exam.on,
      ...report,
      perClass: perClass.map((c) => ({ ...c })),
      confusion: { classes: [...marks.names], counts: confusion.map((row) => [...row]) },
      ...(exam.on === 'truth' ? {} : { cells: cellsOf(marks) }),
      calibration: { temperature, eceBefore: before, eceAfter: after },
      ...(heads ? { ensemble: await together({ project, model, exam, heads }, world) } : {}),
    }
  },
})

type Measuring = {
  readonly project: Project
  readonly model: Model
  readonly exam: Exam
  /** As the version is, if it is not said. */
  readonly heads?: number
}

async function together(of: Measuring & { readonly heads: number }, world: World) {
  const { heads } = of
  world.progress({ done: 0, total: null, sentence: `teaching ${heads} heads other draws of the labels` })
  const { accuracy, logLoss, ece } = reportOf(await marksOf(world, of))
  return { heads, accuracy: accuracy.value, logLoss, ece }
}

async function marksOf(world: World, { project, model, exam, heads }: Measuring): Promise<Marks> {
  const { card } = model
  const encoded = { name: project.name, createdAt: project.createdAt, encoder: card.encoder }
  if (exam.on === 'cross-validation') {
    const lesson = await lessonOf(world.store, encoded, card.ledger)
    const marks = await crossValidate(world, lesson, teachingOf(card, heads))
    if (marks) return marks
    throw new Failure(
      'not-ready',
      `cannot measure ${project.name} in folds: four fifths of the labels must show two classes, and there are ` +
        `${lesson.images.length} labels`,
    )
  }
  const known = card.classes.map((c) => c.id)
  const exams = marker(exam.answers, known, await world.store.classes.list(project.name))
  const guessing = heads
    ? await taughtAnew(encoded, card, { heads, world })
    : await headOf(world, project, model)
  for await (const sheet of guessesOf(world, encoded, guessing)) exams.take(sheet)
  const marks = exams.marks()
  if (marks.images.length > 0) return marks
  throw new Failure(
    'not-ready',
    `cannot measure ${project.name} on ${exam.on}: none of its ${exam.answers.size} images has an embedding yet`,
  )
}

const teachingOf = ({ settings, seed }: ModelCard, heads = 1): Teaching => ({
  ...settingsKept(settings),
  seed,
  batches: batchesKept(settings),
  heads,
})

/** With the labels and the classes of the version. */
async function taughtAnew(
  encoded: EmbeddingsOf,
  card: ModelCard,
  { heads, world }: { readonly heads: number; readonly world: World },
): Promise<readonly Head[]> {
  const { rows, classOf, classes } = await lessonOf(world.store, encoded, card.ledger)
  const place = classes.map((its) => card.classes.findIndex((known) => known.id === its.id))
  const lesson = { rows, classOf: classOf.map((its) => place[its]!), classes: card.classes.length }
  return taughtHeads(lesson, teachingOf(card, heads), world)
}

function cellsOf(marks: Marks): z.infer<typeof Cell>[] {
  const cells = new Map<string, { truth: string; guess: string; images: ImageId[] }>()
  marks.images.forEach((image, i) => {
    const truth = marks.names[marks.truth[i]!]!
    const guess = marks.names[placeOfLargest(rowOf(marks.probabilities, i))]!
    const key = JSON.stringify([truth, guess])
    const cell = cells.get(key) ?? { truth, guess, images: [] }
    if (cell.images.length < cellImages) cell.images.push(image)
    cells.set(key, cell)
  })
  return [...cells.values()]
}
