import { z } from 'zod'
import { Failure, type Image, type ImageId, type Project } from '../base/index.ts'
import { randomFrom, rowOf, shuffleInto } from '../math/index.ts'
import { scoreNames, scores, squaredToNearest, usualWeights, type Pool } from '../query/index.ts'
import { byPosition, poolFor } from './ask/pool.ts'
import { imageField, projectField, splitField } from './fields.ts'
import { imagesOf } from './find.ts'
import { maybeLatest } from './show.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

// As many as one answer looks at: rows of 2048 are then 200 MB.
const scoredMax = 25_000

const Scored = z.object({
  image: imageField,
  name: z.string(),
  guess: z.string().describe('the likeliest class'),
  confidence: z.number(),
  unsure: z.number().describe('by what was asked for; 0 is sure, 1 the most there can be'),
  novelty: z
    .number()
    .nullable()
    .describe('the distance to the nearest labelled image, 0 to 2; null where none is labelled'),
  reason: z.string(),
})

export const score = step({
  name: 'score',
  summary: 'Tell how unsure the newest version is of images, and how new they are to it',
  input: z.object({
    project: projectField,
    by: z.enum(scoreNames).default('margin').describe('what counts as unsure'),
    split: splitField.default('train').describe('which images without a label, if none are named'),
    images: z.array(imageField).min(1).max(1000).optional().describe('these images, labelled or not'),
    size: z.int().min(1).max(1000).default(100).describe('how many to tell, the least sure first'),
  }),
  output: z.object({
    scores: z.array(Scored),
    says: z.string().describe('what counts as unsure, in words'),
    version: z.int(),
    looked: z.int().describe(`how many were compared; of more than ${scoredMax}, an even draw`),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project'],
  async run(it, world) {
    const { store } = world
    const project = await store.projects.get(it.project)
    const model = await maybeLatest(store, project.name)
    if (!model || model.card.encoder !== project.encoder) throw notReady(project)
    const ids = it.images ? await named(it.project, it.images, world) : await unlabelled(it, project, world)
    const pool = await poolFor(['embeddings', ...scores[it.by].needs], { project, ids }, world)
    const unsure = scores[it.by].of(pool, usualWeights)
    const order = [...pool.ids.keys()].sort((a, b) => unsure[b]! - unsure[a]!).slice(0, it.size)
    const chosen = order.map((i) => pool.ids[i]!)
    const images = byPosition(await store.images.byIds(project.name, chosen), chosen)
    const novelty = pool.labelled && (await squaredToNearest(pool.embeddings!, pool.labelled, world.runtime))
    return {
      scores: order.map((i, turn) => ({
        ...guessOf(pool, i, images[turn]!),
        unsure: unsure[i]!,
        novelty: novelty && Math.sqrt(novelty[i]!),
        reason: scores[it.by].reason(pool, i),
      })),
      says: scores[it.by].says,
      version: model.version,
      looked: pool.ids.length,
    }
  },
})

const notReady = ({ name }: Project): Failure =>
  new Failure(
    'not-ready',
    `cannot score ${name}: it takes a version trained on the project’s encoder, and there are 0`,
  )

const named = async (project: string, images: readonly number[], { store }: World): Promise<ImageId[]> =>
  (await imagesOf(store, project, [...new Set(images)])).map((image) => image.id)

async function unlabelled(
  it: { readonly split: 'train' | 'validation' | 'test' },
  { name, seed }: Project,
  { store }: World,
): Promise<ImageId[]> {
  const ids = Array.from(await store.images.ids(name, { split: it.split, labelled: false })) as ImageId[]
  return ids.length <= scoredMax ? ids : shuffleInto(ids, randomFrom(seed)).slice(0, scoredMax)
}

function guessOf(pool: Pool, index: number, image: Image) {
  const probabilities = rowOf(pool.probabilities!, index)
  const confidence = Math.max(...probabilities)
  const guess = pool.classNames[probabilities.indexOf(confidence)]!
  return { image: image.id, name: image.name, guess, confidence }
}
