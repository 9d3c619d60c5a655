import { z } from 'zod'
import { Failure, type ModelCard, type Project, type Version } from '../base/index.ts'
import { rowOf, rowsOf, type Batches } from '../math/index.ts'
import { calibrate } from '../measure/index.ts'
import type { Head } from '../runtime/index.ts'
import { batchesOf, batchesShape, type BatchesGiven } from './batches.ts'
import { projectField } from './fields.ts'
import { crossValidate, examFor, marker, reportOf, type Exam, type Marks } from './exam.ts'
import { guessesOf, predictionsOf } from './guesses.ts'
import { headSettings, keepHeadSettings, type HeadSettings } from './head-settings.ts'
import { lessonOf, type Lesson } from './lesson.ts'
import { searchSettings, type Search } from './search.ts'
import { showVersion } from './show.ts'
import { step } from './step.ts'
import { VersionView, type FiguresView } from './views.ts'
import type { World } from './world.ts'

export { usualPull } from './head-settings.ts'

const goldenImages = 8 // of 10 classes 2 KB on each card

export const train = step({
  name: 'train',
  summary: 'Train a version on the labels, guess every image with it, and measure it',
  input: z.object({
    project: projectField,
    seed: z
      .int()
      .min(0)
      .optional()
      .describe('the same seed gives the same bytes; the project’s, if left out'),
    pull: z
      .number()
      .gt(0)
      .max(1000)
      .optional()
      .describe(
        'how strongly weights are pulled to zero, as 1 / C elsewhere; the encoder’s own, if left out',
      ),
    ...batchesShape,
    search: z
      .boolean()
      .default(false)
      .describe('tries settings in folds of the labels first; what is best is used from then on'),
  }),
  output: VersionView,
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  then: ['session-advance', 'replay'],
  async key({ project: name, ...given }, { store }) {
    const project = await store.projects.get(name)
    const { position, bySplit } = await store.projects.counts(name)
    const classes = (await store.classes.list(name)).filter((c) => c.labelled > 0)
    // Known without reading a label: nothing is started that cannot end well.
    if (classes.length < 2 || bySplit.train.labelled < 2) {
      const names = classes.map((c) => c.name).join(', ') || 'none'
      throw new Failure(
        'not-ready',
        `cannot train ${name}: it takes labelled images of at least two classes in the train split, ` +
          `and ${bySplit.train.labelled} are labelled there, of ${classes.length} classes in all (${names})`,
      )
    }
    const embedded = await store.embeddings.count(name, project.encoder)
    const how = await howOf(store, project, given)
    return keyOf(project, { ...how, position, embedded, search: given.search })
  },
  async run({ project: name, ...given }, world) {
    const from = world.now()
    const { store } = world
    const project = await store.projects.get(name)
    const usual = await howOf(store, project, given)
    world.progress({ done: 0, total: null, sentence: 'reading the labels' })
    // Counted before the lesson is read: what is embedded meanwhile makes another key.
    const embedded = await store.embeddings.count(name, project.encoder)
    const lesson = await lessonOf(store, project)
    const key = keyOf(project, { ...usual, position: lesson.position, embedded, search: given.search })
    const found = given.search ? await searchSettings(lesson, { usual, seed: usual.seed }, world) : undefined
    const how: How = { ...usual, ...found?.best, ...(found ? { search: found } : {}) }
    const head = await learn(lesson, how, world)
    const blob = await store.blobs.put(world.runtime.headToOnnx(head))
    const card = await cardOf(project, { lesson, head, how }, world)
    const added = await store.models.add(name, { key, kind: 'head', blob, card, at: world.now() })
    const exam = await examFor(world, project, { on: 'auto', position: lesson.position })
    const marks = await guessAll(world, { project, version: added.version, lesson, head, exam, how })
    const figures = { ...figuresOf(exam, marks), seconds: (world.now() - from) / 1000 }
    // Written last: a version with its figures is whole.
    await store.models.setFigures(name, added.version, figures)
    if (found) await keepHeadSettings(store, project, found.best)
    const champion = await store.models.alias(name, 'champion')
    return showVersion(await store.models.get(name, added.version), champion?.version)
  },
})

type How = HeadSettings & {
  readonly seed: number
  readonly batches?: Batches
  readonly search?: Pick<Search, 'says' | 'tried'>
}
type Given = BatchesGiven & {
  readonly pull?: number | undefined
  readonly seed?: number | undefined
  readonly search: boolean
}

async function howOf(
  store: World['store'],
  project: Project,
  { pull, seed, search, ...given }: Given,
): Promise<How> {
  const batches = batchesOf(given)
  if (search && (pull !== undefined || batches)) {
    const what = batches ? 'epochs, batch size and learning rate' : 'the pull'
    throw new Failure(
      'bad-input',
      `cannot train ${project.name}: either search or ${what} is given, not both`,
    )
  }
  const kept = await headSettings(store, project)
  return {
    ...(pull === undefined ? kept : { pull, isBalanced: false }),
    seed: seed ?? project.seed,
    ...(batches ? { batches } : {}),
  }
}

const keyOf = (
  { name, createdAt, encoder }: Project,
  of: Omit<How, 'search'> & {
    readonly position: number
    readonly embedded: number
    readonly search: boolean
  },
): string =>
  `train ${[name, createdAt, encoder, of.position, of.embedded, of.seed, of.pull].join(' ')}` +
  (of.isBalanced ? ' balanced' : '') +
  (of.search ? ' search' : '') +
  (of.batches ? ` ${Object.values(of.batches).join(' ')}` : '')

function learn(lesson: Lesson, how: How, world: World): Promise<Head> {
  const { length: images } = lesson.images
  const sentence = `learning ${lesson.classes.length} classes from ${images} labelled images`
  world.progress({ done: 0, total: null, sentence })
  const options = { ...how, classes: lesson.classes.length, signal: world.signal }
  return world.runtime.trainHead(lesson.rows, lesson.classOf, options)
}

type Learnt = { readonly lesson: Lesson; readonly head: Head; readonly how: How }

async function cardOf(project: Project, { lesson, head, how }: Learnt, world: World): Promise<ModelCard> {
  const { token: _, ...settings } = world.configuration
  const golden = lesson.images.slice(0, goldenImages)
  const probabilities = await world.runtime.probabilities(head, rowsOf(lesson.rows, [...golden.keys()]))
  return {
    encoder: project.encoder,
    classes: lesson.classes.map(({ id, name }) => ({ id, name })),
    ledger: lesson.position,
    trainedOn: lesson.images.length,
    seed: how.seed,
    settings: { ...settings, ...how },
    figures: {},
    golden: golden.map((image, i) => ({ image, probabilities: [...rowOf(probabilities, i)] })),
  }
}

type Guessing = Learnt & { readonly project: Project; readonly version: Version; readonly exam: Exam }

/** One pass over all embeddings writes the predictions and marks the exam. */
async function guessAll(world: World, of: Guessing): Promise<Marks | undefined> {
  const { project, version, lesson, head, exam, how } = of
  const { name } = project
  const known = lesson.classes.map((c) => c.id)
  const total = await world.store.embeddings.count(name, project.encoder)
  const answers = exam.on === 'cross-validation' ? new Map() : exam.answers
  const exams = marker(answers, known, await world.store.classes.list(name))
  async function* predictions() {
    let done = 0
    for await (const sheet of guessesOf(world, project, head)) {
      exams.take(sheet)
      yield predictionsOf(sheet, known)
      done += sheet.ids.length
      world.progress({ done, total, sentence: `guessing ${total} images` })
    }
  }
  await world.store.models.setPredictions(name, version, predictions())
  if (exam.on === 'cross-validation') return crossValidate(world, lesson, how)
  return exams.marks()
}

function figuresOf(exam: Exam, marks: Marks | undefined): FiguresView {
  if (!marks || marks.images.length === 0) return {}
  const { accuracy, count, macroF1, logLoss, ece } = reportOf(marks)
  const { temperature, before, after } = calibrate(marks.truth, marks.probabilities)
  const calibration = { temperature, eceBefore: before, eceAfter: after }
  return { accuracy: { ...accuracy, count, on: exam.on }, macroF1, logLoss, ece, ...calibration }
}
