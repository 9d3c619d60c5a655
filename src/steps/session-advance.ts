import { z } from 'zod'
import { Failure, type Model, type Project, type Question, type Round, type Session } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { batchesKept } from './batches.ts'
import { projectField } from './fields.ts'
import { gateOf } from './gate.ts'
import { lessonOf } from './lesson.ts'
import { publish } from './publish.ts'
import { adviceFrom, trialsOf } from './session/advice.ts'
import { countsOf, untaught, worthOf } from './session/figures.ts'
import { findingsFrom } from './session/findings.ts'
import { openNext } from './session/open.ts'
import { findingsOf, isSettled, settingsOf } from './session-show.ts'
import type { Findings, GateView, RoundFigures } from './session/views.ts'
import { perform, step } from './step.ts'
import { train } from './train.ts'
import { validationOf } from './validation.ts'
import type { World } from './world.ts'

export const sessionAdvance = step({
  name: 'session-advance',
  summary: 'Train, measure and publish what the running session’s round taught, and open the next',
  input: z.object({ project: projectField }),
  output: z.object({
    session: z.string(),
    closed: z.int().nullable().describe('the round that is done'),
    version: z.int().nullable().describe('its version'),
    opened: z.int().nullable().describe('the round that asks now'),
    says: z.string(),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async key({ project: name }, { store }) {
    const { createdAt } = await store.projects.get(name)
    const { session, open } = await readyToGoOn(store, name)
    const { position } = await store.projects.counts(name)
    const round = open?.round.number ?? 'next'
    return `session-advance ${[name, createdAt, session.id, round, position].join(' ')}`
  },
  async run({ project: name }, world) {
    const project = await world.store.projects.get(name)
    const { session, open } = await readyToGoOn(world.store, name)
    const closed = open ? await close({ project, session, ...open }, world) : undefined
    // Read anew: someone may have paused it, and its findings are others.
    const now = await world.store.sessions.get(name, session.name)
    const opened = now.state === 'running' ? await openNext({ project, session: now }, world) : undefined
    return {
      session: session.name,
      closed: open?.round.number ?? null,
      version: closed?.version ?? null,
      opened: opened?.round ?? null,
      says: [closed?.says, opened?.says ?? `the session is ${now.state}`].filter(Boolean).join('; '),
    }
  },
})

type Open = { readonly round: Round; readonly questions: readonly Question[] }

/** The session that runs, with its round if one is answered; fails while there is nothing to do. */
async function readyToGoOn(
  store: Store,
  project: string,
): Promise<{ readonly session: Session; readonly open: Open | undefined }> {
  const session = await store.sessions.running(project)
  if (!session) throw new Failure('not-ready', `cannot go on: no session of ${project} runs`)
  const round = (await store.sessions.rounds(project, session.name)).at(-1)
  if (round?.state !== 'open') return { session, open: undefined }
  const questions = await store.sessions.questions(project, session.name, round.number)
  const left = questions.filter((question) => !isSettled(question)).length
  if (left === 0) return { session, open: { round, questions } }
  throw new Failure(
    'not-ready',
    `cannot go on: all ${questions.length} questions of round ${round.number} must be answered or passed over, ` +
      `and ${left} are open`,
  )
}

type Closing = Open & { readonly project: Project; readonly session: Session }

/** All that it computes has one key or is written at once: begun anew after a crash it ends the same. */
async function close(of: Closing, world: World) {
  const { project, session, round, questions } = of
  const counts = await countsOf({ project, round, questions }, world.store)
  const model = await taughtBy(of, world)
  if (model instanceof Failure) {
    return write(of, { version: null, figures: { ...counts, ...untaught, says: model.message } }, world)
  }
  const answers = await validationOf(project, world)
  const worth = await worthOf({ project, model, answers }, world)
  const gate = await pass(project, model, world)
  const figures: RoundFigures = { ...counts, ...worth, gate, says: gate.says }
  const before = await world.store.sessions.rounds(project.name, session.name)
  const rounds = before.map((one) => (one.number === round.number ? { ...one, version: model.version } : one))
  const settings = settingsOf(session)
  const found = await findingsFrom({ project, rounds, answers, settings }, world)
  const how = { pull: Number(model.card.settings['pull']), batches: batchesKept(model.card.settings) }
  const lesson = await lessonOf(world.store, project, model.card.ledger)
  const trials = await trialsOf({ project, model, lesson, answers, how }, world)
  const findings = { ...found, advice: adviceFrom({ settings, how, figures, trials }) }
  return write(of, { version: model.version, figures, findings }, world)
}

/** A round whose answers show one class teaches nothing, and is done all the same. */
async function taughtBy({ project, session }: Closing, world: World): Promise<Model | Failure> {
  const { pull, epochs, batchSize, learningRate } = settingsOf(session)
  try {
    const how = { project: project.name, pull, epochs, batchSize, learningRate }
    const { version } = await perform(train, how, world)
    return await world.store.models.get(project.name, version as Model['version'])
  } catch (error) {
    if (error instanceof Failure && error.kind === 'not-ready') return error
    throw error
  }
}

async function pass(project: Project, model: Model, world: World): Promise<GateView> {
  const gate = await gateOf(project, model, world)
  const isPublished = gate.verdict === 'first' || gate.verdict === 'not worse'
  if (isPublished) {
    await perform(publish, { project: project.name, version: model.version, force: true }, world)
  }
  const end = isPublished ? 'published' : 'not published'
  return { ...gate, isPublished, says: `version ${model.version} is ${end}: ${gate.says}` }
}

type End = {
  readonly version: Model['version'] | null
  readonly figures: RoundFigures
  readonly findings?: Findings
}

async function write({ project, session, round }: Closing, end: End, { store, now }: World) {
  const { version, figures, findings = findingsOf(session) } = end
  const { number } = round
  const isClosed = await store.sessions.closeRound(project.name, session.name, {
    number,
    version,
    figures,
    findings,
    at: now(),
  })
  const says = isClosed ? `round ${number} is done: ${figures.says}` : `round ${number} was done elsewhere`
  return { version, says }
}
