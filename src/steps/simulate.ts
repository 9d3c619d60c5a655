import { z } from 'zod'
import type { Project } from '../base/index.ts'
import { projectField } from './fields.ts'
import { Duel, duelsOf, Played, playedOf } from './simulate/compare.ts'
import { ownField, ownStrategy } from './ask/own-strategy.ts'
import { playAll } from './simulate/play-all.ts'
import { playerNames, type Contestant } from './simulate/play.ts'
import type { Given } from './simulate/seat.ts'
import { tableOf } from './simulate/table.ts'
import { writeSimulation } from './simulate/write.ts'
import { step } from './step.ts'
import { usualPull } from './train.ts'
import type { World } from './world.ts'

const knownMin = 50 // of which 15 are measured on: fewer would say nothing

const input = z.object({
  project: projectField,
  strategies: z
    .array(z.enum(playerNames))
    .min(1)
    .default(['random', 'margin', 'typical', 'uherding', 'auto'])
    .describe('who plays; random is always among them, because it is what others are compared with'),
  own: ownField,
  seeds: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('how many sessions each plays; of fewer than 8 hardly anything is significant'),
  rounds: z.int().min(1).max(100).default(10).describe('how many rounds a session has'),
  batch: z.int().min(1).max(1000).optional().describe('questions a round; as many as classes, if left out'),
  tested: z
    .number()
    .min(0.05)
    .max(0.9)
    .default(0.3)
    .describe('the share of images that are only measured on'),
  imagesMax: z
    .int()
    .min(knownMin)
    .max(50_000)
    .default(5000)
    .describe('with how many images it is played; of more, an even draw'),
  to: z
    .string()
    .min(1)
    .optional()
    .describe(
      'a folder for the report as JSON, sessions, labels saved and duels as CSV, and curves and duels as SVG and PNG',
    ),
  again: z.boolean().default(false).describe('whether to play anew what was played before'),
})
type Input = z.infer<typeof input>

export const simulate = step({
  name: 'simulate',
  summary: 'Play labelling sessions against known answers: what each strategy saves over chance',
  input,
  output: z.object({
    images: z.int(),
    answers: z
      .enum(['truth', 'labels'])
      .describe('what the referee knows: hidden truth, or the labels there are'),
    seeds: z.int(),
    rounds: z.int(),
    batch: z.int(),
    strategies: z.array(Played).describe('the largest area first'),
    duels: z.array(Duel),
    files: z.array(z.string()),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async run(it, world) {
    const project = await world.store.projects.get(it.project)
    const { given, answers, key } = await gameOf(it, project, world)
    const own = given.own ? (['own'] as const) : []
    const players = [...new Set<Contestant>(['random', ...it.strategies, ...own])]
    const sessions = await playAll({ given, players, seeds: it.seeds, key, again: it.again }, world)
    const strategies = players
      .map((player) => playedOf(player, sessions))
      .sort((a, b) => b.area.value - a.area.value)
    const report = {
      images: given.table.ids.length,
      answers,
      seeds: it.seeds,
      rounds: it.rounds,
      batch: given.rules.batch,
      strategies,
      duels: duelsOf(sessions),
    }
    const files = it.to === undefined ? [] : await writeSimulation(it.to, { report, sessions })
    return { ...report, files }
  },
})

/** Bumped when sessions would go otherwise: what was kept under another number is played anew. */
const protocol = 3

async function gameOf(it: Input, project: Project, { store, configuration }: World) {
  const truth = await store.truth.all(project.name)
  const isTruth = truth.size > 0
  const known = {
    answers: isTruth ? truth : await store.labels.current(project.name),
    imagesMin: knownMin,
    imagesMax: it.imagesMax,
  }
  const its = await tableOf(project, known, store)
  const rules = {
    batch: it.batch ?? its.table.classNames.length,
    rounds: it.rounds,
    pull: usualPull(project),
    tested: it.tested,
  }
  const { position } = await store.projects.counts(project.name)
  const of = [
    protocol,
    project.name,
    project.createdAt,
    project.encoder,
    its.table.ids.length,
    isTruth ? 'truth' : position,
  ]
  const given: Given = { ...its, rules, own: await ownOf(it, configuration) }
  const answers = isTruth ? ('truth' as const) : ('labels' as const)
  return { given, answers, key: `simulated ${[...of, ...Object.values(rules)].join(' ')}` }
}

/** Opened here, so that what is wrong with it is told before anything is played. */
async function ownOf({ own: file }: Input, { strategyFolder: folder }: World['configuration']) {
  if (file === undefined) return null
  const { version } = await ownStrategy(file, { strategyFolder: folder })
  return { file, folder, version }
}
