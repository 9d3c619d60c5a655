// The default put to the test on a project's own labels: sessions are played with nothing but them, and a
// strategy that is clearly better there is what auto asks by from then on.
import { z } from 'zod'
import { Failure, type Project } from '../base/index.ts'
import { randomFrom } from '../math/index.ts'
import { areaUnder, holm, meanInterval, pairedTest, type Session } from '../measure/index.ts'
import { strategyNames, type StrategyName } from '../query/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { labelsNow } from './lesson.ts'
import { labelsOfPeople } from './people.ts'
import { play, refereeOf, type Game, type Player } from './simulate/play.ts'
import { tableOf } from './simulate/table.ts'
import { step } from './step.ts'
import { usualPull } from './train.ts'
import type { World } from './world.ts'

const rivals = ['typical', 'maxherding', 'uherding', 'covering-margin', 'margin', 'random'] as const
const labelsMin = 100 // of which 35 are asked about: of fewer a round decides nothing
const labelsMax = 1000 // a minute of play with 2048 numbers
const seeds = 10 // one in 1,024 is the least chance that the test can give, six times that after Holm
const rounds = 6
const tested = 0.3
const level = 0.05
const gainMin = 0.01 // what is surely better by less is not worth another way

const Rival = z.object({
  strategy: z.enum(rivals),
  gain: z.number().describe('by how much its mean accuracy is above that of auto'),
  p: z.number().describe('one-sided, corrected for the number of rivals (Holm)'),
})
const Verdict = z.object({
  labels: z.int().describe('how many labels there were; the verdict holds until there are twice as many'),
  chosen: z.enum(strategyNames).nullable().describe('what auto asks by from now on; null: as it would'),
  says: z.string(),
  rivals: z.array(Rival).describe('the best first'),
})
type Verdict = z.infer<typeof Verdict>

export const replay = step({
  name: 'replay',
  summary: 'Play strategies on a project’s own labels; auto follows one that is clearly better there',
  input: z.object({ project: projectField }),
  output: Verdict,
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  // Follows each training, and is done anew when there are twice as many labels.
  async key({ project: name }, { store }) {
    const { createdAt, encoder } = await store.projects.get(name)
    const { labelled } = (await store.projects.counts(name)).bySplit.train
    if (labelled < labelsMin) throw notReady(name, labelled)
    return `replay ${name} ${createdAt} ${encoder} ${Math.floor(Math.log2(labelled / labelsMin))}`
  },
  async run(it, world) {
    const { store } = world
    const project = await store.projects.get(it.project)
    const labels = await labelsToPlay(store, project.name)
    if (labels.size < labelsMin) return tooFew(labels.size)
    const known = { answers: labels, imagesMin: labelsMin, imagesMax: labelsMax }
    const { table, truth } = await tableOf(project, known, store)
    const count = table.ids.length
    // By the end half of what may be asked about has been: then all strategies have the same labels.
    const batch = Math.max(1, Math.round(((1 - tested) * count) / 2 / rounds))
    const rules = { batch, rounds, pull: usualPull(project), tested }
    const game: Game = { table, referee: refereeOf(truth), rules }
    const verdict = verdictOf(await playAll(game, world), { labels: labels.size, played: count })
    await store.settings.set(keyOf(project), verdict)
    return verdict
  },
})

/** Those that people gave: what `annotate` wrote by itself would praise whoever asks as it does. */
async function labelsToPlay(store: Store, project: string) {
  const { labels } = await labelsNow(store, project)
  const people = await labelsOfPeople(store, project)
  return new Map([...labels].filter(([image]) => people.has(image)))
}

const tooFew = (labels: number): Verdict => ({
  labels,
  chosen: null,
  says: `sessions are replayed on ${labelsMin} labels of people and more, and there are ${labels}`,
  rivals: [],
})

const notReady = (project: string, labelled: number): Failure =>
  new Failure(
    'not-ready',
    `cannot replay ${project}: it takes ${labelsMin} labelled images, and ${labelled} are labelled`,
  )

const keyOf = ({ name, createdAt, encoder }: Project): string => `replayed ${name} ${createdAt} ${encoder}`

async function playAll(game: Game, world: World): Promise<ReadonlyMap<Player, readonly Session[]>> {
  const players: readonly Player[] = ['auto', ...rivals]
  const total = players.length * seeds
  const sessions = new Map<Player, Session[]>()
  let done = 0
  for (const player of players) {
    const its: Session[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      its.push(await play(game, { player, seed, told: () => {} }, world))
      world.progress({ done: ++done, total, sentence: `${player}, session ${seed} of ${seeds}` })
    }
    sessions.set(player, its)
  }
  return sessions
}

function verdictOf(
  sessions: ReadonlyMap<Player, readonly Session[]>,
  { labels, played }: { readonly labels: number; readonly played: number },
): Verdict {
  const areas = (player: Player) => sessions.get(player)!.map(areaUnder)
  const own = areas('auto')
  const gains = rivals.map((strategy) => areas(strategy).map((area, seed) => area - own[seed]!))
  const chances = holm(gains.map((some) => pairedTest(some, randomFrom(1))))
  const found = rivals
    .map((strategy, i) => ({ strategy, gain: meanInterval(gains[i]!).value, p: chances[i]! }))
    .sort((a, b) => b.gain - a.gain)
  const better = found.find(({ gain, p }) => gain >= gainMin && p < level)
  return { labels, chosen: better?.strategy ?? null, says: sentenceOf(played, better), rivals: found }
}

function sentenceOf(labels: number, better: z.infer<typeof Rival> | undefined): string {
  const where = `in sessions replayed on your own ${labels} labels`
  if (!better) return `${where}, no other strategy was clearly better than the usual one`
  return `${better.strategy}: ${where}, it was ${(100 * better.gain).toFixed(1)} points above the usual one`
}

/** What a replay found better, until there are twice the labels that there were. */
export async function overruled(
  store: Store,
  project: Project,
  labelled: number,
): Promise<{ readonly strategy: StrategyName; readonly says: string } | undefined> {
  const verdict = Verdict.safeParse(await store.settings.get(keyOf(project)))
  if (!verdict.success || !verdict.data.chosen || labelled >= 2 * verdict.data.labels) return undefined
  return { strategy: verdict.data.chosen, says: verdict.data.says }
}
