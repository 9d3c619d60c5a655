// What a round that is answered leaves behind: its counts, and what its version is worth.
import type { LedgerEntry, Model, Position, Project, Question, Round } from '../../base/index.ts'
import type { Store } from '../../store/index.ts'
import { rowOf, type Matrix } from '../../math/index.ts'
import { diversityOf } from '../diversity.ts'
import { reportOf, type Marks } from '../exam.ts'
import { lessonOf, type Lesson } from '../lesson.ts'
import { headOf } from '../served.ts'
import { armOf } from './arm.ts'
import type { RoundFigures } from './views.ts'
import { marksOf, type Answers } from '../validation.ts'
import type { World } from '../world.ts'

type Of = {
  readonly project: Project
  readonly round: Round
  readonly questions: readonly Question[]
}
type Counted = Pick<
  RoundFigures,
  'answered' | 'skipped' | 'drawn' | 'validation' | 'perClass' | 'secondsPerAnswer'
>

/** Of a round that could teach nothing there is no more than this. */
export async function countsOf({ project, round, questions }: Of, store: Store): Promise<Counted> {
  const classes = await store.classes.list(project.name)
  return {
    answered: questions.filter(({ label }) => label !== null).length,
    skipped: questions.filter(({ label }) => label === null).length,
    drawn: questions.filter(({ isDrawn, split }) => isDrawn && split === 'train').length,
    validation: questions.filter(({ split }) => split === 'validation').length,
    perClass: classes.map(({ name, labelled }) => ({ name, labelled })),
    secondsPerAnswer: await secondsOf(store, project.name, { round, questions }),
  }
}

async function secondsOf(
  store: Store,
  project: string,
  { round, questions }: Omit<Of, 'project'>,
): Promise<number | null> {
  const asked = new Set<number>(questions.map(({ image }) => image))
  const seconds: number[] = []
  let page: readonly LedgerEntry[] = []
  for (let after: Position = round.position; ; after = page.at(-1)!.position) {
    page = await store.labels.ledger(project, after, 1000)
    if (page.length === 0) break
    for (const entry of page)
      if (entry.seconds !== null && asked.has(entry.image)) seconds.push(entry.seconds)
  }
  return seconds.sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? null
}

export const untaught = {
  labels: null,
  accuracy: null,
  macroF1: null,
  ece: null,
  loss: { train: null, validation: null },
  trainAccuracy: null,
  seconds: null,
  sizeBytes: null,
  diversity: null,
  arm: null,
  gate: null,
} as const

type Taught = { readonly project: Project; readonly model: Model; readonly answers: Answers }
type Worth = Omit<RoundFigures, keyof Counted | 'gate' | 'says'>

export async function worthOf({ project, model, answers }: Taught, world: World): Promise<Worth> {
  const { encoder, ledger, settings, trainedOn, figures } = model.card
  const encoded = { ...project, encoder }
  const lesson = await lessonOf(world.store, encoded, ledger)
  const head = await headOf(world, project, model)
  const taught = lossOf(await world.runtime.probabilities(head, lesson.rows), lesson)
  const { logLoss, ...validated } = measured(await marksOf({ project, model, answers }, world))
  return {
    labels: trainedOn,
    ...validated,
    loss: { train: taught.loss, validation: logLoss },
    trainAccuracy: taught.accuracy,
    seconds: typeof figures['seconds'] === 'number' ? figures['seconds'] : null,
    sizeBytes: await world.store.blobs.sizeOf(model.blob),
    diversity: await diversityOf(encoded, lesson, world),
    arm: await armOf({ project, lesson, answers, pull: Number(settings['pull']) }, world),
  }
}

function measured(marks: Marks) {
  if (marks.images.length === 0) return { accuracy: null, macroF1: null, ece: null, logLoss: null }
  const { accuracy, count, macroF1, ece, logLoss } = reportOf(marks)
  return { accuracy: { ...accuracy, count }, macroF1, ece, logLoss }
}

/** Mean cross-entropy of what it learnt, and how much of that it gets right. */
function lossOf(guesses: Matrix, { classOf }: Lesson): { loss: number; accuracy: number } {
  let [loss, right] = [0, 0]
  classOf.forEach((its, i) => {
    const row = rowOf(guesses, i)
    loss -= Math.log(Math.max(row[its]!, 1e-12))
    right += Number(row.every((p) => p <= row[its]!))
  })
  return { loss: loss / classOf.length, accuracy: right / classOf.length }
}
