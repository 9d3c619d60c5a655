import { z } from 'zod'
import { Failure, type ImageId, type Model, type Project } from '../base/index.ts'
import { largest } from '../measure/index.ts'
import { rowOf } from '../math/index.ts'
import { batchesKept } from './batches.ts'
import { crossValidate, examFor, marker, reportOf, type Exam, type Marks } from './exam.ts'
import { projectField, versionField } from './fields.ts'
import { modelOf } from './find.ts'
import { guessesOf } from './guesses.ts'
import { settingsKept } from './head-settings.ts'
import { lessonOf } from './lesson.ts'
import { headOf } from './served.ts'
import { step } from './step.ts'
import { IntervalView, measuredOn } from './views.ts'
import type { World } from './world.ts'

const share = z.number().min(0).max(1)
const Cell = z.object({ truth: z.string(), guess: z.string(), images: z.array(z.int()) })
const cellImages = 100 // a page of the grid; the confusion counts say how many there are in all

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
    cells: z.array(Cell).optional().describe('the images behind the counts, except where truth is hidden'),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project', 'version'],
  async key({ project: name, version, on }, { store }) {
    const { createdAt } = await store.projects.get(name)
    const model = await modelOf(store, name, version)
    const { position } = await store.projects.counts(name)
    const embedded = await store.embeddings.count(name, model.card.encoder)
    return `evaluate ${name} ${createdAt} ${model.version} ${on} ${position} ${embedded}`
  },
  async run({ project: name, version, on }, world) {
    const project = await world.store.projects.get(name)
    const model = await modelOf(world.store, name, version)
    const exam = await examFor(world, project, { on, position: model.card.ledger })
    world.progress({ done: 0, total: null, sentence: `measuring version ${model.version} on ${exam.on}` })
    const marks = await marksOf(world, { project, model, exam })
    const { perClass, confusion, ...report } = reportOf(marks)
    return {
      version: model.version,
      on: exam.on,
      ...report,
      perClass: perClass.map((c) => ({ ...c })),
      confusion: { classes: [...marks.names], counts: confusion.map((row) => [...row]) },
      ...(exam.on === 'truth' ? {} : { cells: cellsOf(marks) }),
    }
  },
})

async function marksOf(
  world: World,
  of: { readonly project: Project; readonly model: Model; readonly exam: Exam },
): Promise<Marks> {
  const { project, model, exam } = of
  const { card } = model
  const encoded = { name: project.name, createdAt: project.createdAt, encoder: card.encoder }
  if (exam.on === 'cross-validation') {
    const lesson = await lessonOf(world.store, encoded, card.ledger)
    const batches = batchesKept(card.settings)
    const marks = await crossValidate(world, lesson, { ...settingsKept(card.settings), seed: card.seed, batches })
    if (marks) return marks
    throw new Failure(
      'not-ready',
      `cannot measure ${project.name} in folds: four fifths of the labels must show two classes, and there are ` +
        `${lesson.images.length} labels`,
    )
  }
  const known = card.classes.map((c) => c.id)
  const exams = marker(exam.answers, known, await world.store.classes.list(project.name))
  const head = await headOf(world, project, model)
  for await (const sheet of guessesOf(world, encoded, head)) exams.take(sheet)
  const marks = exams.marks()
  if (marks.images.length > 0) return marks
  throw new Failure(
    'not-ready',
    `cannot measure ${project.name} on ${exam.on}: none of its ${exam.answers.size} images has an embedding yet`,
  )
}

function cellsOf(marks: Marks): z.infer<typeof Cell>[] {
  const cells = new Map<string, { truth: string; guess: string; images: ImageId[] }>()
  marks.images.forEach((image, i) => {
    const truth = marks.names[marks.truth[i]!]!
    const guess = marks.names[largest(rowOf(marks.probabilities, i))]!
    const key = JSON.stringify([truth, guess])
    const cell = cells.get(key) ?? { truth, guess, images: [] }
    if (cell.images.length < cellImages) cell.images.push(image)
    cells.set(key, cell)
  })
  return [...cells.values()]
}
