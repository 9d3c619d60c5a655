// What a session takes and what is seen of it: its settings, its rounds, and what they showed.
import { z } from 'zod'
import { roundStates, sessionStates } from '../../base/index.ts'
import { strategyNames } from '../../query/index.ts'
import { ownField } from '../ask/own-strategy.ts'
import { batchesShape } from '../batches.ts'
import { DiversityView } from '../diversity.ts'
import { IntervalView } from '../views.ts'

export const sessionField = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]*$/u, 'a session’s name has no control characters')
  .refine((name) => name !== 'none', 'none is a word of ask')
  .describe('the session’s name')
export const descriptionField = z.string().trim().max(2000).describe('what it is for')
export const roundField = z.int().min(1).describe('the round’s number')

/** Each without its default, because a change of one setting leaves the others as they are. */
export const settingsShape = {
  strategy: z.enum(['auto', ...strategyNames]).describe('how its questions are chosen'),
  own: ownField,
  minUncertainty: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe('asks, once there is a version, only where 1 less the confidence is at least this'),
  budget: z.int().min(1).max(1000).describe('how many questions a round has'),
  rounds: z.int().min(1).max(1000).describe('how many rounds there are at most'),
  validationShare: z
    .number()
    .min(0)
    .max(0.9)
    .describe('the share of questions that chance draws from the validation split, to measure rounds by'),
  control: z
    .number()
    .min(0)
    .max(1)
    .describe('the share of the others that chance draws, as what `report` compares with'),
  stopBelow: z
    .number()
    .min(0)
    .max(1)
    .describe('stops when 100 more labels are forecast to bring less accuracy than this; 0 never does'),
  pull: z
    .number()
    .gt(0)
    .max(1000)
    .optional()
    .describe('how strongly weights are pulled to zero; the encoder’s own, if left out'),
  ...batchesShape,
}
export const Settings = z.object(settingsShape)
export type Settings = z.infer<typeof Settings>

const share = z.number().min(0).max(1)
const Difference = z.object({ value: z.number(), low: z.number(), high: z.number() })
const Accuracy = IntervalView.extend({ count: z.int() })

export const GateView = z.object({
  verdict: z.enum(['first', 'not worse', 'worse', 'unknown']),
  champion: z.int().nullable().describe('the version that it was compared with'),
  difference: Difference.nullable().describe('of their accuracies on the same validation images'),
  count: z.int().describe('how many these were'),
  isPublished: z.boolean(),
  says: z.string(),
})

export type GateView = z.infer<typeof GateView>

/** What a round left behind; `null` where nothing was measured. */
export const RoundFigures = z.object({
  answered: z.int().describe('questions that got a label'),
  skipped: z.int().describe('questions that were passed over'),
  drawn: z.int().describe('questions of the control arm'),
  validation: z.int().describe('questions of the validation split'),
  labels: z.int().nullable().describe('how many labels its version learnt from'),
  perClass: z.array(z.object({ name: z.string(), labelled: z.int() })),
  accuracy: Accuracy.nullable().describe('on the labelled validation images'),
  macroF1: share.nullable(),
  ece: share.nullable(),
  loss: z.object({ train: z.number().nullable(), validation: z.number().nullable() }),
  trainAccuracy: share.nullable().describe('on the images that it learnt from'),
  seconds: z.number().nullable().describe('how long training and measuring took'),
  secondsPerAnswer: z.number().nullable().describe('the middle one'),
  sizeBytes: z.int().nullable().describe('of the model'),
  diversity: DiversityView.nullable().describe('of the labels that its version learnt from'),
  arm: z
    .object({ labels: z.int(), random: share, asked: share.nullable(), difference: Difference.nullable() })
    .nullable()
    .describe('heads on the control arm alone and on as many labels that were asked for'),
  gate: GateView.nullable(),
  says: z.string().describe('why there is no version, or what became of it'),
})
export type RoundFigures = z.infer<typeof RoundFigures>

const Forecast = z.object({
  more: z.int(),
  gain: Difference.describe('of accuracy, by so many more labels'),
  accuracy: IntervalView.describe('after them'),
  says: z.string(),
})
export const Point = z.object({
  round: z.int(),
  version: z.int(),
  labels: z.int(),
  accuracy: share,
  low: share,
  high: share,
})
export const Findings = z.object({
  images: z.int().describe('how many validation images the curve is measured on, all rounds on the same'),
  curve: z.array(Point).describe('accuracy over labels'),
  convergence: z
    .object({ isConverged: z.boolean(), gain: Difference, says: z.string() })
    .nullable()
    .describe('what the last two rounds brought'),
  forecast: Forecast.nullable(),
  stop: z.object({ isNow: z.boolean(), says: z.string() }),
  advice: z.array(
    z.object({
      says: z.string(),
      change: z
        .record(z.string(), z.union([z.string(), z.number(), z.null()]))
        .describe('settings to try; null takes one away'),
    }),
  ),
})
export type Findings = z.infer<typeof Findings>
export const noFindings: Findings = {
  images: 0,
  curve: [],
  convergence: null,
  forecast: null,
  stop: { isNow: false, says: 'go on: no round is done yet' },
  advice: [],
}

export const SessionView = z.object({
  session: z.string().describe('its name'),
  description: z.string(),
  state: z.enum(sessionStates),
  why: z.string().describe('why it ended'),
  settings: Settings,
  createdAt: z.number(),
  startedAt: z.number().nullable(),
  completedAt: z.number().nullable(),
  roundsDone: z.int(),
  open: z
    .object({ round: z.int(), questions: z.int(), left: z.int() })
    .nullable()
    .describe('the round that is being answered'),
  best: Point.nullable().describe('the most accurate round that stands'),
})
export type SessionView = z.infer<typeof SessionView>

export const RoundView = RoundFigures.partial().extend({
  round: z.int(),
  state: z.enum(roundStates),
  isBest: z.boolean(),
  isRolledBack: z.boolean().describe('whether one went back to an earlier round since'),
  version: z.int().nullable(),
  strategy: z.string(),
  chosen: z.string().describe('why this strategy'),
  questions: z.int(),
  left: z.int().describe('questions still open'),
  startedAt: z.number(),
  completedAt: z.number().nullable(),
})
export type RoundView = z.infer<typeof RoundView>
