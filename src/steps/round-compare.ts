import { z } from 'zod'
import { Failure, type Model, type Project, type Round } from '../base/index.ts'
import { pairedBootstrap } from '../measure/index.ts'
import { randomFrom } from '../math/index.ts'
import { reportOf } from './exam.ts'
import { projectField } from './fields.ts'
import { points } from './gate.ts'
import { roundField, sessionField } from './session/views.ts'
import { step } from './step.ts'
import { marksOf, rightOf, validationOf } from './validation.ts'
import { IntervalView } from './views.ts'
import type { World } from './world.ts'

const imagesMost = 100 // a page of the grid
const share = z.number().min(0).max(1)
const Side = z.object({
  round: z.int(),
  version: z.int(),
  labels: z.int(),
  accuracy: IntervalView,
  macroF1: share,
  logLoss: z.number(),
  ece: share,
})

export const roundCompare = step({
  name: 'round-compare',
  summary: 'Compare two rounds of a session on the same validation images',
  input: z.object({
    project: projectField,
    session: sessionField,
    from: roundField.optional().describe('the one before, if left out'),
    to: roundField.optional().describe('the last that is done, if left out'),
  }),
  output: z.object({
    from: Side,
    to: Side,
    count: z.int().describe('how many images they were compared on'),
    difference: z.object({ value: z.number(), low: z.number(), high: z.number() }).describe('of accuracy'),
    perClass: z
      .array(z.object({ name: z.string(), from: share, to: share }))
      .describe('recall of each class'),
    better: z.array(z.int()).describe('images that only the second gets right'),
    worse: z.array(z.int()).describe('images that only the first gets right'),
    says: z.string(),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project', 'session', 'from', 'to'],
  async run({ project: name, session, from, to }, world) {
    const project = await world.store.projects.get(name)
    const answers = await validationOf(project, world)
    if (answers.size === 0) {
      throw new Failure('not-ready', 'cannot compare: it takes labelled validation images, and there are 0')
    }
    const pair = pairOf(await world.store.sessions.rounds(name, session), { session, from, to })
    const [a, b] = [
      await sideOf(pair.from, { project, answers }, world),
      await sideOf(pair.to, { project, answers }, world),
    ]
    const apart = Float64Array.from(b.right, (one, i) => one - a.right[i]!)
    const difference = pairedBootstrap(apart, { random: randomFrom(project.seed) })
    const where = (value: number) =>
      [...answers.keys()].filter((_, i) => apart[i] === value).slice(0, imagesMost)
    const recallOf = new Map(a.perClass.map((its) => [its.name, its.recall]))
    const { value, low, high } = difference
    return {
      from: a.side,
      to: b.side,
      count: answers.size,
      difference,
      perClass: b.perClass
        .filter((its) => its.count > 0)
        .map((its) => ({ name: its.name, from: recallOf.get(its.name) ?? 0, to: its.recall })),
      better: where(1),
      worse: where(-1),
      says:
        `round ${b.side.round} differs from round ${a.side.round} by ${points(value)} points ` +
        `(${points(low)} to ${points(high)}) on ${answers.size} validation images`,
    }
  },
})

type Wanted = {
  readonly session: string
  readonly from: number | undefined
  readonly to: number | undefined
}
type Done = Round & { readonly version: Model['version'] }

function pairOf(rounds: readonly Round[], { session, from, to }: Wanted): { from: Done; to: Done } {
  const done = rounds.filter((round): round is Done => round.version !== null)
  const second = to === undefined ? done.at(-1) : done.find((round) => round.number === to)
  const before = done.filter((round) => round.number < (second?.number ?? 0))
  const first = from === undefined ? before.at(-1) : done.find((round) => round.number === from)
  if (first && second) return { from: first, to: second }
  const there = done.map((round) => round.number).join(', ') || 'none'
  const rule = `it takes two rounds with a version, and there are ${there}`
  throw new Failure('not-ready', `cannot compare rounds of "${session}": ${rule}`)
}

async function sideOf(
  { number, version }: Done,
  of: { readonly project: Project; readonly answers: Awaited<ReturnType<typeof validationOf>> },
  world: World,
) {
  const model = await world.store.models.get(of.project.name, version)
  const marks = await marksOf({ ...of, model }, world)
  const { accuracy, macroF1, logLoss, ece, perClass } = reportOf(marks)
  const side = { round: number, version, labels: model.card.trainedOn, accuracy, macroF1, logLoss, ece }
  return { side, perClass, right: rightOf(marks, of.answers) }
}
