// How a head learns where someone says how: in epochs of mini-batches, not until its loss is least.
import { z } from 'zod'
import type { ModelCard } from '../base/index.ts'
import type { Batches } from '../math/index.ts'

// CIFAR-10 by resnet50: the accuracy of the least loss less 1.7 points with 50 labels, 0.1 with 200 and 0.0
// with 1,000; a learning rate of 0.001, usual for networks, costs 11, 1.4 and 0.2.
const usual: Batches = { epochs: 100, batchSize: 32, learningRate: 0.01 }

const epochs = z.int().min(1).max(10_000)
const batchSize = z.int().min(1).max(100_000)
const learningRate = z.number().gt(0).max(10)

export const batchesShape = {
  epochs: epochs
    .optional()
    .describe(
      `learns in so many epochs of Adam; until the loss is least, if left out with the next two (else ${usual.epochs})`,
    ),
  batchSize: batchSize
    .optional()
    .describe(`the labels that each step of Adam learns from (${usual.batchSize})`),
  learningRate: learningRate.optional().describe(`how far Adam’s steps go (${usual.learningRate})`),
}
export type BatchesGiven = { readonly [Name in keyof Batches]?: Batches[Name] | null | undefined }

/** Undefined where nothing was said: the loss has one least value, and L-BFGS finds it without settings. */
export function batchesOf({ epochs, batchSize, learningRate }: BatchesGiven): Batches | undefined {
  if (!epochs && !batchSize && !learningRate) return undefined
  return {
    epochs: epochs ?? usual.epochs,
    batchSize: batchSize ?? usual.batchSize,
    learningRate: learningRate ?? usual.learningRate,
  }
}

const Kept = z.object({ batches: z.object({ epochs, batchSize, learningRate }) })

/** As a card keeps them. */
export const batchesKept = (settings: ModelCard['settings']): Batches | undefined =>
  Kept.safeParse(settings).data?.batches
