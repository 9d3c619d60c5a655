// What `annotate` takes and gives: each field described once, for help, forms and the reference.
import { z } from 'zod'
import { clustererNames, methodNames, methods } from '../cluster/index.ts'
import { presetNames, presets } from './annotate-presets.ts'
import { byField, classField, projectField } from './fields.ts'
import { ImageView, IntervalView } from './views.ts'

const share = z.number().min(0).max(1)
const said = (names: readonly string[], table: Readonly<Record<string, { readonly says: string }>>): string =>
  names.map((name) => `${name}: ${table[name]!.says}`).join('; ')

export const annotateInput = z.object({
  project: projectField,
  classes: z
    .array(classField)
    .max(10_000)
    .optional()
    .describe('the classes to choose from; of a project all, if left out'),
  method: z
    .enum(['auto', ...methodNames])
    .default('auto')
    .describe(`how labels are found; ${said(methodNames, methods)}`),
  cluster: z
    .enum(['auto', ...clustererNames])
    .default('auto')
    .describe('how clusters are found; auto takes those that are kept or given, or the preset’s way'),
  preset: z
    .enum(['auto', ...presetNames])
    .default('auto')
    .describe(`what is worth its time; ${said(presetNames, presets)}; auto goes by the number of images`),
  rounds: z.int().min(1).max(100).optional().describe('rounds of refinement; the preset’s, if left out'),
  temperature: z
    .number()
    .gt(0)
    .max(100)
    .optional()
    .describe('how soft the choice between classes is, in deviations of the scores; 0.3 if left out'),
  abstain: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe(
      'a precision such as 0.95: keeps what at most 60 of your answers support, and asks for the rest',
    ),
  apply: z
    .boolean()
    .default(false)
    .describe('whether to write the labels into the project; one undo takes them back'),
  seed: z.int().min(0).optional().describe('the same seed gives the same bytes; the project’s, if left out'),
  by: byField,
})
export type AnnotateInput = z.infer<typeof annotateInput>

const AuditView = z.object({
  promised: z.boolean(),
  bound: share.describe('the precision that the answers show, 95 times in 100'),
  kept: share.describe('the share of images that is kept'),
  asked: z.int(),
  right: z.int(),
  says: z.string(),
  questions: z.array(ImageView).describe('images of the project to answer for; annotate again afterwards'),
})

export const annotateOutput = z.object({
  images: z.int().describe('how many images have a label and a confidence'),
  says: z.string().describe('what was done, in a sentence'),
  method: z.enum(methodNames),
  clusters: z.int().describe('how many clusters there are, noise aside'),
  confidence: share.describe('the mean'),
  classes: z
    .array(z.object({ name: z.string(), images: z.int(), confidence: share }))
    .describe('the most frequent first'),
  measured: IntervalView.extend({ count: z.int(), on: z.enum(['gold', 'truth']) })
    .nullable()
    .describe('how many labels are right, on images whose class is known and was not shown'),
  audit: AuditView.nullable().describe('what may be promised of the labels, where a precision was asked for'),
  applied: z.int().describe('how many labels were written into the project'),
})
export type AnnotateOutput = z.infer<typeof annotateOutput>
