// What `annotate` takes and gives: each field described once, for help, forms and the reference.
import { z } from 'zod'
import { annotateDefaults, clustererNames, methodNames, methods } from '../../cluster/index.ts'
import { presetNames, presets } from './presets.ts'
import { exportNames } from '../../results/index.ts'
import { pathLike } from '../../runtime/index.ts'
import { byField, classField, projectField } from '../fields.ts'
import { ImageView, IntervalView } from '../views.ts'

const share = z.number().min(0).max(1)
const said = (names: readonly string[], table: Readonly<Record<string, { readonly says: string }>>): string =>
  names.map((name) => `${name}: ${table[name]!.says}`).join('; ')

const file = (says: string) => z.string().min(1).optional().describe(says)

export const annotateInput = z.object({
  project: projectField.optional().describe('the project, unless files are given'),
  classes: z
    .array(classField)
    .max(10_000)
    .optional()
    .describe('the classes to choose from; of a project all, if left out'),
  names: z
    .boolean()
    .default(true)
    .describe('whether class names count, where the encoder has a text side; what it lacks is fetched once'),
  method: z
    .enum(['auto', ...methodNames])
    .default('auto')
    .describe(`how labels are found; ${said(methodNames, methods)}`),
  cluster: z
    .string()
    .regex(pathLike)
    .or(z.enum(['auto', ...clustererNames]))
    .default('auto')
    .describe(
      `how clusters are found: auto (those that are kept, or the preset’s way), ${clustererNames.join(', ')}, ` +
        'or a FILE with a number for each image, .npy or a line each; −1 is noise',
    ),
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
    .describe(
      `how soft the choice of a class is, in deviations of the scores; ${annotateDefaults.temperature} if left out`,
    ),
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
  images: file(
    'a folder of pictures, or a list of their paths (.csv, .jsonl): they become vectors first; an interrupted ' +
      'command goes on where it stopped',
  ),
  encoder: file(
    'what makes vectors of the pictures, or made those of the file: resnet50, builtin, or the PATH of an ONNX ' +
      'pair (a folder as of CLIP’s, or its image side)',
  ),
  textEncoder: file(
    'the PATH of the pair’s text side, if it lies elsewhere: an ONNX file beside its tokenizer.json',
  ),
  embeddings: file('a .npy file, a row an image: float16, float32 or float64, C order, little endian'),
  imagePaths: file('a path a line, in the order of the embeddings'),
  textEmbeddings: file('a .npy file, a row a class name, in the space of the images'),
  jointEmbeddings: file('a .npy file, the images where the text is, if that is another space'),
  examples: file('a CSV with the columns path and label: images whose class is known'),
  groups: file('a group a line, in the order of the embeddings: no group is parted by the splits'),
  micro: file('the small clusters, as for cluster'),
  meta: file('the large clusters, as for cluster'),
  audit: file('questions.csv of the results before, its labels filled in'),
  output: z
    .string()
    .min(1)
    .optional()
    .describe('where the results go: class folders, metadata.json, reports, plots, prototypes, splits'),
  files: z
    .enum(['copy', 'hard link', 'symbolic link'])
    .default('copy')
    .describe('how pictures of files get into class folders; those of a project are copied'),
  exports: z
    .array(z.enum(exportNames))
    .default([])
    .describe('other programs’ sets to write beside, each read back: ' + exportNames.join(', ')),
  png: z.boolean().default(false).describe('whether plots are drawn as PNG, too'),
  validationShare: z.number().min(0).max(0.45).default(0.1).describe('the share of the results in val'),
  testShare: z.number().min(0).max(0.45).default(0.1).describe('the share of the results in test'),
  demo: z
    .boolean()
    .default(false)
    .describe(
      'made-up embeddings of demo pictures instead; results go to demo-results unless told otherwise',
    ),
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
  to: z.string().nullable().describe('the folder of the results'),
  pictures: z.int().describe('how many pictures lie in class folders there'),
  exports: z
    .array(z.object({ format: z.enum(exportNames), images: z.int(), verified: z.int() }))
    .describe('the sets of other programs, and how many of their images were read back and found equal'),
  missing: z.array(z.object({ reason: z.string(), pictures: z.int() })).describe('how many do not, and why'),
})
export type AnnotateOutput = z.infer<typeof annotateOutput>
