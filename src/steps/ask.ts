import { z } from 'zod'
import { Failure, type ImageId, type Project } from '../base/index.ts'
import { randomFrom, shuffleInto, type Tools } from '../math/index.ts'
import {
  autoStrategy,
  choose,
  strategies,
  strategyNames,
  usualWeights,
  type Pool,
  type Strategy,
  type StrategyName,
} from '../query/index.ts'
import type { Store } from '../store/index.ts'
import { byPosition, plainPool, poolFor, situationOf } from './ask-pool.ts'
import { controlCount, mixed, nextOfControl } from './control.ts'
import { imageField, projectField, splitField } from './fields.ts'
import { showImages } from './show.ts'
import { step } from './step.ts'
import { ImageView } from './views.ts'
import type { World } from './world.ts'

const usualBudget = 10
// Rows of 2048 are then 200 MB; of more, an even draw shows the same images.
const poolMax = 25_000
const weightField = z.number().min(0).max(1)

const input = z.object({
  project: projectField,
  budget: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe(`how many images to ask about; ${usualBudget}, or as many as are left, if left out`),
  strategy: z
    .enum(['auto', ...strategyNames])
    .default('auto')
    .describe('how to choose them'),
  split: splitField.default('train').describe('train to learn from; test for gold, always drawn by chance'),
  exclude: z.array(imageField).max(10_000).optional().describe('images not to ask about, as those on screen'),
  minUncertainty: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('asks only where 1 less the confidence is at least this (0.3 is usual elsewhere); 0 asks all'),
  maxPerRound: z.int().min(1).optional().describe('bounds the budget of each round'),
  weights: z
    .object({ confidence: weightField, entropy: weightField, variance: weightField })
    .refine((w) => w.confidence + w.entropy + w.variance > 0, 'one of the weights must be above 0')
    .optional()
    .describe(
      'what counts how much in the strategy combined, as {"confidence":0.4,"entropy":0.3,"variance":0.3}, the usual',
    ),
  costs: z
    .array(z.object({ image: imageField, cost: z.number().gt(0) }))
    .max(100_000)
    .optional()
    .describe('what asking about an image costs, for the strategy cost-aware; 1 where nothing is said'),
  control: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('the share drawn by chance, for an unbiased audit and as what `report` compares with'),
  force: z.boolean().default(false).describe('whether to ask again about images that were passed over'),
})
type Input = z.infer<typeof input>

export const ask = step({
  name: 'ask',
  summary: 'Choose the images worth labelling next, with the reason for each',
  input,
  output: z.object({
    questions: z.array(z.object({ image: ImageView, reason: z.string(), isControl: z.boolean() })),
    strategy: z.enum(strategyNames),
    says: z.string().describe('why this strategy'),
    left: z.int().describe('how many images could be asked about, these included'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async run(it, world) {
    const { store } = world
    const project = await store.projects.get(it.project)
    const left = await askable(store, it)
    const budget = budgetOf(it, left.length)
    const tools = await toolsOf(world, project, left.length)
    const { strategy, says } = await strategyFor(it, project, world)
    const ids = left.length > poolMax ? drawn(left, Math.max(poolMax, budget), tools) : left
    const pool = withCosts(await poolFor(strategies[strategy].needs, { project, ids }, world), it)
    // Where embeddings have just begun, fewer may be known than are asked for.
    const known = pool.ids.length >= budget
    const chosen = known
      ? await choose(pool, { ...it, weights: it.weights ?? usualWeights, strategy, budget }, tools)
      : await choose(await plainPool(store, project.name, ids), { strategy: 'random', budget }, tools)
    const control = await controlOf(it, { project, left, strategy, count: chosen.length }, world)
    const choices = mixed(chosen, control, randomFrom(project.seed + left.length))
    const asked = choices.map((c) => c.image)
    const images = byPosition(await store.images.byIds(project.name, asked), asked)
    const views = await showImages(store, project.name, images)
    return {
      questions: choices.map(({ reason, image }, i) => ({
        image: views[i]!,
        reason,
        isControl: control.includes(image),
      })),
      strategy: known ? strategy : 'random',
      says: left.length === 0 ? 'nothing is left to ask about' : says,
      left: left.length,
    }
  },
})

async function askable(store: Store, it: Input): Promise<ImageId[]> {
  const ids = await store.images.ids(it.project, { split: it.split, labelled: false })
  const excluded = new Set<number>(it.exclude)
  const skipped = it.force ? new Set<ImageId>() : await store.labels.skipped(it.project)
  return (Array.from(ids) as ImageId[]).filter((id) => !excluded.has(id) && !skipped.has(id))
}

type Asking = {
  readonly project: Project
  readonly left: readonly ImageId[]
  readonly strategy: StrategyName
  readonly count: number
}

/** Whoever asks by chance alone takes the arm's turns: all those labels are of the arm then. */
function controlOf(
  it: Input,
  { project, left, strategy, count }: Asking,
  { store }: World,
): Promise<readonly ImageId[]> {
  if (it.split !== 'train') return Promise.resolve([])
  const share = strategy === 'random' ? 1 : it.control
  const random = randomFrom(Math.imul(project.seed, 0x27d4eb2f) ^ left.length)
  return nextOfControl(store, project, { left, count: controlCount(count, share, random) })
}

function budgetOf(it: Input, left: number): number {
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

async function strategyFor(
  it: Input,
  project: Project,
  world: World,
): Promise<{ readonly strategy: StrategyName; readonly says: string }> {
  if (it.split !== 'train') {
    return {
      strategy: 'random',
      says: `the ${it.split} split is drawn by chance, so that it measures without bias`,
    }
  }
  const situation = await situationOf(world.store, project)
  const auto = autoStrategy(situation)
  if (it.strategy === 'auto') return auto
  const wanted: Strategy = strategies[it.strategy]
  const isReady = wanted.needs.every((need) =>
    need === 'embeddings' ? situation.hasEmbeddings : situation.hasModel,
  )
  if (isReady) return { strategy: it.strategy, says: wanted.says }
  return { strategy: auto.strategy, says: `${auto.says}; ${it.strategy} has to wait` }
}

function withCosts(pool: Pool, { costs }: Input): Pool {
  if (!costs) return pool
  const costOf = new Map<number, number>(costs.map(({ image, cost }) => [image, cost]))
  return { ...pool, costs: Float32Array.from(pool.ids, (id) => costOf.get(id) ?? 1) }
}

const drawn = (ids: ImageId[], count: number, { random }: Tools): ImageId[] =>
  shuffleInto(ids, random).slice(0, count)
