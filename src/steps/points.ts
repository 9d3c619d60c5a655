import { z } from 'zod'
import type { ClassId, ImageId, Prediction } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { mapAtHand, packed, unpackedInts } from './kept-map.ts'
import { maybeLatest } from './show.ts'
import { step } from './step.ts'

const packedField = (of: string) => z.string().describe(`base64 of little-endian numbers: ${of}`)

export const points = step({
  name: 'points',
  summary: 'Give the map of a project, compactly: where each image stands, its label and its guess',
  input: z.object({
    project: projectField,
    places: z.boolean().default(true).describe('without them only labels and guesses, in the same order'),
  }),
  output: z.object({
    count: z.int().describe('how many images stand on the map'),
    places: z
      .object({ ids: packedField('Int32, an image’s id'), at: packedField('two Uint16, across and up') })
      .nullable(),
    classes: z.array(z.string()).describe('what the numbers below count, from 1; 0 is none'),
    labels: packedField('Uint16, a class'),
    guesses: packedField('Uint16, a class'),
    sureness: packedField('Uint8, the confidence of the guess in 255 parts'),
    gold: packedField('Uint8, 1 for an image that is only measured with'),
    version: z.int().nullable().describe('the version that guesses'),
    isStale: z.boolean().describe('whether images came since; the step map takes them in'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project'],
  async run({ project: name, places }, { store }) {
    const project = await store.projects.get(name)
    const kept = await mapAtHand(store, project)
    const ids = [...unpackedInts(kept.ids)] as ImageId[]
    const classes = await store.classes.list(name)
    const numberOf = new Map(classes.map(({ id }, i) => [id, i + 1]))
    const labels = await store.labels.current(name)
    const gold = new Set<number>(await store.images.ids(name, { split: 'test' }))
    const numbers = (classes: readonly (ClassId | undefined)[]) =>
      packed(Uint16Array.from(classes, (its) => (its === undefined ? 0 : (numberOf.get(its) ?? 0))))
    const { version, guesses } = await guessesOf(store, name, ids)
    return {
      count: kept.count,
      places: places ? { ids: kept.ids, at: kept.at } : null,
      classes: classes.map((its) => its.name),
      labels: numbers(ids.map((id) => labels.get(id))),
      guesses: numbers(ids.map((id) => guesses.get(id)?.class)),
      sureness: packed(Uint8Array.from(ids, (id) => Math.round(255 * (guesses.get(id)?.confidence ?? 0)))),
      gold: packed(Uint8Array.from(ids, (id) => Number(gold.has(id)))),
      version,
      isStale: (await store.embeddings.count(name, project.encoder)) !== kept.count,
    }
  },
})

type Guesses = { readonly version: number | null; readonly guesses: ReadonlyMap<ImageId, Prediction> }

async function guessesOf(store: Store, project: string, ids: readonly ImageId[]): Promise<Guesses> {
  const latest = await maybeLatest(store, project)
  if (!latest) return { version: null, guesses: new Map() }
  return { version: latest.version, guesses: await store.models.predictions(project, latest.version, ids) }
}
