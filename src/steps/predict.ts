import path from 'node:path'
import { z } from 'zod'
import { Failure, sentenceOf, type Model, type Project } from '../base/index.ts'
import { rowOf } from '../math/index.ts'
import type { Encoder } from '../runtime/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { headOf } from './served.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

const share = z.number().min(0).max(1)
const Guessed = z.object({
  name: z.string(),
  class: z.string(),
  confidence: share,
  all: z.array(z.object({ class: z.string(), confidence: share })).describe('every class, the surest first'),
})
const Unread = z.object({ name: z.string(), error: z.string() })
type Answer = z.infer<typeof Guessed> | z.infer<typeof Unread>

export const predict = step({
  name: 'predict',
  summary: 'Say what image files show, by the published version',
  input: z.object({
    project: projectField.optional().describe('the project; the one published last, if left out'),
    files: z.array(z.string().min(1)).min(1).max(10_000).describe('the files to look at'),
  }),
  output: z.object({
    project: z.string(),
    version: z.int(),
    predictions: z.array(z.union([Guessed, Unread])).describe('one for each file, in that order'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['files'],
  async run({ project: asked, files }, world) {
    const { project, model } = await championOf(world.store, asked)
    const encoder = await world.runtime.encoder(model.card.encoder)
    const predictions: Answer[] = []
    for (let from = 0; from < files.length; from += encoder.batch) {
      world.signal.throwIfAborted()
      const batch = files.slice(from, from + encoder.batch)
      predictions.push(...(await predictBatch(batch, { project, model, encoder }, world)))
    }
    return { project: project.name, version: model.version, predictions }
  },
})

/** Asked each time: a version published by another process is followed at once. */
async function championOf(
  store: Store,
  asked: string | undefined,
): Promise<{ readonly project: Project; readonly model: Model }> {
  const project = asked === undefined ? await lastPublished(store) : await store.projects.get(asked)
  const model = await store.models.alias(project.name, 'champion')
  if (model) return { project, model }
  throw new Failure(
    'not-ready',
    `cannot predict with ${project.name}: no version is published yet; publish one`,
  )
}

async function lastPublished(store: Store): Promise<Project> {
  const projects = await store.projects.list()
  const times = await Promise.all(
    projects.map(async ({ name }) =>
      Math.max(-1, ...(await store.models.aliasHistory(name, 'champion')).map((h) => h.at)),
    ),
  )
  const last = times.indexOf(Math.max(-1, ...times))
  if (projects.length > 0 && times[last]! >= 0) return projects[last]!
  throw new Failure(
    'not-ready',
    `cannot predict: no project has published a version yet, and there are ${projects.length} projects`,
  )
}

type With = { readonly project: Project; readonly model: Model; readonly encoder: Encoder }

/** A file that cannot be read is answered in its place; the others are predicted. */
async function predictBatch(files: readonly string[], of: With, world: World): Promise<Answer[]> {
  const sources = files.map((file) => ({ path: path.resolve(file) }))
  const read = await world.images.readMany(sources, of.encoder.input)
  const good = read.flatMap((pixels, i) => (pixels instanceof Error ? [] : [{ pixels, i }]))
  const answers = read.map((it, i): Answer => ({
    name: files[i]!,
    error: it instanceof Error ? sentenceOf(it) : '',
  }))
  if (good.length === 0) return answers
  const { width, height } = of.encoder.input
  const pixels = new Uint8Array(good.length * width * height * 3)
  good.forEach((one, i) => pixels.set(one.pixels.data, i * width * height * 3))
  const rows = await of.encoder.encode(pixels, good.length)
  const head = await headOf(world, of.project, of.model)
  const probabilities = await world.runtime.probabilities(head, rows)
  const names = of.model.card.classes.map((c) => c.name)
  good.forEach(({ i: file }, i) => {
    answers[file] = guessedOf(files[file]!, rowOf(probabilities, i), names)
  })
  return answers
}

function guessedOf(name: string, row: Float32Array, classes: readonly string[]): Answer {
  const all = classes
    .map((c, i) => ({ class: c, confidence: Math.min(1, Math.max(0, row[i]!)) }))
    .sort((a, b) => b.confidence - a.confidence)
  return { name, class: all[0]!.class, confidence: all[0]!.confidence, all }
}
