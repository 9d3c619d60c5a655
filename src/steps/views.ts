// What steps show of projects, versions and images: class names, never ids of classes or blobs.
import { z } from 'zod'
import { splits, type Split } from '../base/index.ts'

const share = z.number().min(0).max(1)

export const IntervalView = z.object({ value: share, low: share, high: share })
export type IntervalView = z.infer<typeof IntervalView>

/** What a version was measured on. */
export const measuredOn = ['gold', 'truth', 'cross-validation'] as const
export type MeasuredOn = (typeof measuredOn)[number]

export const FiguresView = z.object({
  accuracy: IntervalView.extend({ count: z.int(), on: z.enum(measuredOn) }).optional(),
  macroF1: share.optional(),
  logLoss: z.number().optional(),
  ece: share.optional(),
  temperature: z.number().optional().describe('what its sureness must be divided by; above 1: too sure'),
  eceBefore: share.optional().describe('of the rows that the temperature was found on'),
  eceAfter: share.optional().describe('of those, each half put right by what the other shows'),
  seconds: z.number().optional().describe('how long the training took'),
})
export type FiguresView = z.infer<typeof FiguresView>

export const VersionView = z.object({
  version: z.int(),
  createdAt: z.number(),
  encoder: z.string(),
  trainedOn: z.int().describe('how many labels it learnt from'),
  position: z.int().describe('where the ledger of labels stood'),
  champion: z.boolean(),
  figures: FiguresView,
  classes: z.array(z.string()),
  settings: z.record(z.string(), z.unknown()),
})
export type VersionView = z.infer<typeof VersionView>

const SplitCounts = z.object({ images: z.int(), labelled: z.int() })
export const CountsView = z.object({
  images: z.int(),
  labelled: z.int(),
  bySplit: z.object({ train: SplitCounts, validation: SplitCounts, test: SplitCounts }) satisfies z.ZodType<
    Record<Split, unknown>
  >,
  position: z.int(),
})
export type CountsView = z.infer<typeof CountsView>

export const ClassView = z.object({ name: z.string(), place: z.int(), labelled: z.int() })
export type ClassView = z.infer<typeof ClassView>

export const ProjectView = z.object({
  name: z.string(),
  title: z.string(),
  isDemo: z.boolean(),
  encoder: z.string(),
  encoderWanted: z.string().optional().describe('the encoder asked for, where another had to stand in'),
  createdAt: z.number(),
  seed: z.int(),
  counts: CountsView,
  classes: z.array(ClassView),
  embedded: z.int().describe('how many images the encoder has seen'),
  champion: z.int().nullable().describe('the version that predicts'),
  latest: VersionView.nullable(),
})
export type ProjectView = z.infer<typeof ProjectView>

export const GuessView = z.object({
  class: z.string(),
  confidence: share,
  runnerUp: z.string().nullable(),
  margin: share,
})
export type GuessView = z.infer<typeof GuessView>

export const ImageView = z.object({
  id: z.int(),
  name: z.string(),
  width: z.int(),
  height: z.int(),
  sizeBytes: z.int(),
  format: z.enum(['jpeg', 'png', 'webp']),
  group: z.string().nullable(),
  split: z.enum(splits),
  label: z.string().nullable(),
  nearTo: z.int().nullable().describe('the image that it nearly equals'),
  addedAt: z.number(),
  thumbnail: z.string().describe('where its thumbnail is served'),
  guess: GuessView.nullable(),
})
export type ImageView = z.infer<typeof ImageView>
