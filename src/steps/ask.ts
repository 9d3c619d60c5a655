import { z } from 'zod'
import type { ImageId, Project } from '../base/index.ts'
import { strategyNames } from '../query/index.ts'
import { choicesFor, usualBudget, type Chosen } from './ask/choices.ts'
import { byPosition } from './ask/pool.ts'
import { byField, imageField, projectField, splitField } from './fields.ts'
import { predictionsOf } from './guesses.ts'
import type { LiveHead } from './live/head.ts'
import { ownField } from './ask/own-strategy.ts'
import { askedOfSession, sessionToAsk } from './session/ask.ts'
import { namesById, showGuess, showImages } from './show.ts'
import { step } from './step.ts'
import { ImageView, type GuessView } from './views.ts'
import type { World } from './world.ts'

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
  own: ownField,
  split: splitField.default('train').describe('train to learn from; test for gold, always drawn by chance'),
  exclude: z.array(imageField).max(10_000).optional().describe('images not to ask about, as those on screen'),
  minUncertainty: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'asks, once there is a version, only where 1 less the confidence is at least this (0.3 is usual elsewhere)',
    ),
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
  session: z
    .string()
    .min(1)
    .max(100)
    .optional()
    .describe('whose questions to ask; those of the one that runs, if left out, or of none'),
  by: byField,
  minutes: z.number().gt(0).max(1440).default(10).describe('for how long nobody else is asked the same'),
  force: z.boolean().default(false).describe('whether to ask again about images that were passed over'),
})
type Input = z.infer<typeof input>

export const ask = step({
  name: 'ask',
  summary: 'Choose the images worth labelling next, with the reason for each',
  input,
  output: z.object({
    questions: z.array(z.object({ image: ImageView, reason: z.string(), isControl: z.boolean() })),
    strategy: z.enum([...strategyNames, 'own']),
    says: z.string().describe('why this strategy'),
    left: z.int().describe('how many images could be asked about, these included'),
    round: z
      .object({ session: z.string(), number: z.int(), questions: z.int() })
      .nullable()
      .describe('the round of a session that these are of'),
    knows: z
      .int()
      .nullable()
      .describe('how many labels a head has learnt that is newer than the newest version and chose these'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async run(it, world) {
    const { store } = world
    const project = await store.projects.get(it.project)
    const session = await sessionToAsk(it, project, world)
    const { choices, live, ...chosen } = session
      ? await askedOfSession(it, { project, session }, world)
      : { ...(await leasedChoices(it, project, world)), round: null }
    const asked = choices.map(({ image }) => image)
    const images = byPosition(await store.images.byIds(project.name, asked), asked)
    const views = await showImages(store, project.name, images)
    const guesses = live ? guessesBy(live, asked) : new Map<ImageId, GuessView>()
    return {
      ...chosen,
      knows: live ? live.taught.classOf.length : null,
      questions: choices.map(({ image, reason, isControl }, i) => {
        const guess = guesses.get(image) ?? views[i]!.guess
        return { image: { ...views[i]!, guess }, reason, isControl }
      }),
    }
  },
})

/** What the head that chose makes of these, rather than a version that knows less. */
function guessesBy(live: LiveHead, images: readonly ImageId[]): ReadonlyMap<ImageId, GuessView> {
  const known = images.filter(live.knows)
  const sheet = { ids: Int32Array.from(known), probabilities: live.guessesOf(known) }
  const classIds = live.classes.map((its) => its.id)
  const names = namesById(live.classes)
  return new Map(predictionsOf(sheet, classIds).map((its) => [its.image, showGuess(its, names)]))
}

// Two who ask at the same moment choose alike: whoever comes second chooses anew from what is left.
const triesMax = 3

async function leasedChoices(it: Input, project: Project, world: World): Promise<Chosen> {
  for (let tries = 1; ; tries++) {
    const now = world.now()
    const held = await world.store.leases.ofOthers(project.name, { by: it.by, now })
    const chosen = await choicesFor({ ...it, held }, project, world)
    const images = chosen.choices.map(({ image }) => image)
    const hold = { by: it.by, now, until: now + it.minutes * 60_000, count: images.length }
    const taken = new Set(await world.store.leases.take(project.name, images, hold))
    const choices = chosen.choices.filter(({ image }) => taken.has(image))
    if (choices.length === images.length || tries === triesMax) return { ...chosen, choices }
  }
}
