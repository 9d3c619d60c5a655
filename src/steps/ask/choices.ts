// The images worth asking about, each with its reason: by a strategy, mixed with some that chance drew.
import { Failure, type ImageId, type Project, type Split, type Time } from '../../base/index.ts'
import { randomFrom, type Tools } from '../../math/index.ts'
import {
  autoStrategy,
  choose,
  isOfImages,
  scoreNames,
  strategies,
  usualWeights,
  type Choice,
  type Need,
  type Pool,
  type ScoreName,
  type Strategy,
  type StrategyName,
  type Weights,
} from '../../query/index.ts'
import type { Store } from '../../store/index.ts'
import { plainPool, poolFor, situationOf } from './pool.ts'
import { considered } from './considered.ts'
import { controlCount, mixed, nextOfControl } from '../control.ts'
import { liveHeadOf, type LiveHead } from '../live/head.ts'
import type { Configuration } from '../configuration.ts'
import { ownStrategy } from './own-strategy.ts'
import { overruled } from '../replay.ts'
import { rosterOf } from '../roster.ts'
import type { World } from '../world.ts'

export type Asked = {
  readonly project: string
  readonly split: Split
  readonly strategy: StrategyName | 'auto'
  /** A file instead of it. */
  readonly own?: string | undefined
  /** As many as are usual, or left, if it is not said. */
  readonly budget?: number | undefined
  readonly exclude?: readonly number[] | undefined
  readonly minUncertainty: number
  readonly maxPerRound?: number | undefined
  readonly weights?: Weights | undefined
  readonly costs?: readonly { readonly image: number; readonly cost: number }[] | undefined
  /** The share that chance draws. */
  readonly control: number
  readonly force: boolean
  /** What others are asked about just now. */
  readonly held: ReadonlyMap<ImageId, Time>
}
export type Chosen = {
  readonly choices: readonly (Choice & { readonly isControl: boolean })[]
  readonly strategy: StrategyName | 'own'
  readonly says: string
  /** How many could be asked about, these included. */
  readonly left: number
  /** A head that knows the last answer, where the newest version does not. */
  readonly live: LiveHead | undefined
}

export const usualBudget = 10

export async function choicesFor(it: Asked, project: Project, world: World): Promise<Chosen> {
  const { store } = world
  const { head: live, declines } = it.split === 'train' ? await liveHeadOf(world, project) : {}
  const left = await askable(store, project, it)
  const budget = budgetOf(it, left.length)
  const tools = await toolsOf(world, project, left.length)
  const { name, strategy, says, needs } = await strategyFor(it, { project, live }, world)
  const ids = considered(left, { needs, live, budget, score: scoreOf(name, it) }, tools)
  const pool = withCosts(await poolFor(needs, { project, ids, live }, world), it)
  // Where embeddings have just begun, fewer may be known than are asked for.
  const known = pool.ids.length >= budget
  const chosen = known
    ? await choose(pool, { ...it, weights: it.weights ?? usualWeights, strategy, budget }, tools)
    : await choose(await plainPool(store, project.name, ids), { strategy: 'random', budget }, tools)
  const control = await controlOf(it, { project, left, strategy: name, count: chosen.length }, world)
  const choices = mixed(chosen, control, randomFrom(project.seed + left.length))
  return {
    choices: choices.map((choice) => ({ ...choice, isControl: control.includes(choice.image) })),
    strategy: known ? name : 'random',
    says: choices.length === 0 ? noneOf(left.length, it) : wholly(says, { needs, declines }),
    left: left.length,
    live: needs.includes('probabilities') ? live : undefined,
  }
}

function noneOf(left: number, { minUncertainty }: Asked): string {
  if (left === 0) return 'nothing is left to ask about'
  return `of the ${left} images left the best guess is surer than ${1 - minUncertainty} for each: none is as unsure as asked for`
}

type Lacking = { readonly needs: readonly Need[]; readonly declines: string | undefined }

/** With why the last answers may be unknown to whoever chose, where it guesses at all. */
function wholly(says: string, { needs, declines }: Lacking): string {
  if (!declines || needs.every(isOfImages)) return says
  return `${says}; by the newest version, not by a head that learns each answer at once: ${declines}`
}

/** Its name, where a score of the guesses alone decides. */
const scoreOf = (name: string, { costs, minUncertainty }: Asked): ScoreName | undefined =>
  costs || minUncertainty > 0 ? undefined : scoreNames.find((its) => its === name)

async function askable(store: Store, project: Project, it: Asked): Promise<ImageId[]> {
  const { ids, labels } = await rosterOf(store, project, it.split)
  const skipped = it.force ? [] : await store.labels.skipped(it.project)
  return without(ids, [...labels.keys(), ...(it.exclude ?? []), ...skipped, ...it.held.keys()])
}

/** Both in one order, side by side: asking four sets about each of 40,000 took 3 ms of an answer. */
function without(ascending: readonly ImageId[], some: readonly number[]): ImageId[] {
  const gone = Float64Array.from(some).sort()
  const left: ImageId[] = []
  let next = 0
  for (const id of ascending) {
    while (next < gone.length && gone[next]! < id) next++
    if (gone[next] !== id) left.push(id)
  }
  return left
}

type Asking = {
  readonly project: Project
  readonly left: readonly ImageId[]
  readonly strategy: Chosen['strategy']
  readonly count: number
}

/** Whoever asks by chance alone, of all, takes the arm's turns: all those labels are of the arm then. */
function controlOf(
  it: Asked,
  { project, left, strategy, count }: Asking,
  { store }: World,
): Promise<readonly ImageId[]> {
  if (it.split !== 'train') return Promise.resolve([])
  const share = strategy === 'random' && it.minUncertainty === 0 ? 1 : it.control
  const random = randomFrom(Math.imul(project.seed, 0x27d4eb2f) ^ left.length)
  return nextOfControl(store, project, { left, count: controlCount(count, share, random) })
}

function budgetOf(it: Asked, left: number): number {
  if (it.budget === undefined) return Math.min(usualBudget, left)
  if (it.budget <= left) return it.budget
  throw new Failure(
    'out-of-pool',
    `cannot ask ${it.budget} questions: the budget is at most the number of images without a label ` +
      `in the ${it.split} split, and ${left} are left`,
  )
}

/** The same state of the project asks the same questions: a page that is loaded again shows them again. */
async function toolsOf(world: World, project: Project, left: number): Promise<Tools> {
  const { position } = await world.store.projects.counts(project.name)
  const seed = Math.imul(project.seed, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b) ^ left
  return { random: randomFrom(seed), matmul: world.runtime.matmul }
}

type Way = { readonly name: Chosen['strategy']; readonly strategy: Strategy; readonly says: string }
type ReadyWay = Way & { readonly needs: readonly Need[] }

async function strategyFor(
  it: Asked,
  of: { readonly project: Project; readonly live: LiveHead | undefined },
  { store, configuration }: World,
): Promise<ReadyWay> {
  if (it.split !== 'train') {
    const says = `the ${it.split} split is drawn by chance, so that it measures without bias`
    return { name: 'random', strategy: strategies.random, says, needs: [] }
  }
  const situation = await situationOf(store, of)
  const auto = autoStrategy(situation)
  const replayed = situation.hasModel ? await overruled(store, of.project, situation.labelled) : undefined
  const usual = wayBy(replayed ?? auto)
  const wanted = await wayOf(it, usual, configuration)
  const isReady = wanted.strategy.needs.every((need) =>
    isOfImages(need) ? situation.hasEmbeddings : situation.hasModel,
  )
  const way = isReady ? wanted : { ...usual, says: `${usual.says}; ${it.own ?? it.strategy} has to wait` }
  const { needs } = way.strategy
  // How unsure an image is has to be known for every strategy, where that bounds what is asked.
  const isBounded = it.minUncertainty > 0 && situation.hasModel && !needs.includes('probabilities')
  return { ...way, needs: isBounded ? [...needs, 'probabilities'] : needs }
}

const wayBy = (its: { readonly strategy: StrategyName; readonly says: string }): Way => ({
  name: its.strategy,
  strategy: strategies[its.strategy],
  says: its.says,
})

async function wayOf({ strategy, own }: Asked, usual: Way, configuration: Configuration): Promise<Way> {
  if (own !== undefined) {
    const its = await ownStrategy(own, configuration)
    return { name: 'own', strategy: its, says: its.says }
  }
  if (strategy === 'auto') return usual
  return wayBy({ strategy, says: strategies[strategy].says })
}

function withCosts(pool: Pool, { costs }: Asked): Pool {
  if (!costs) return pool
  const costOf = new Map<number, number>(costs.map(({ image, cost }) => [image, cost]))
  return { ...pool, costs: Float32Array.from(pool.ids, (id) => costOf.get(id) ?? 1) }
}
