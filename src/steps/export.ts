import path from 'node:path'
import { z } from 'zod'
import {
  Failure,
  splits as splitNames,
  type Image,
  type ImageId,
  type Prediction,
  type Split,
} from '../base/index.ts'
import {
  exportFormats,
  exportNames,
  writtenAside,
  type Exported,
  type ExportedRow,
  type ExportedRows,
} from '../results/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { maybeLatest, namesById, type ClassNames } from './show.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

const pageSize = 1000

export const exportLabels = step({
  name: 'export',
  summary: 'Write the labelled images, or the list of labels, for other programs; then read it back',
  input: z.object({
    project: projectField,
    format: z
      .enum(exportNames)
      .describe(exportNames.map((name) => `${name}: ${exportFormats[name].says}`).join('; ')),
    to: z.string().min(1).describe('where to write; nothing may be there yet, except an empty folder'),
    what: z
      .enum(['labels', 'labels and guesses'])
      .default('labels')
      .describe('the labelled images, or also the others with what the newest version guesses'),
    splits: z
      .boolean()
      .default(false)
      .describe('part the images into train, val and test, as yolo and huggingface always do'),
  }),
  output: z.object({
    to: z.string(),
    images: z.int().describe('how many images were written'),
    verified: z.int().describe('how many of them were read back and found equal'),
    files: z.int(),
    bySplit: z.object({ train: z.int(), validation: z.int(), test: z.int() }),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project', 'to'],
  async run({ project: name, format, to, what, splits }, world) {
    const { title } = await world.store.projects.get(name)
    const at = path.resolve(to)
    const { blobs } = world.store
    const exported = await writtenAside(at, { verb: 'export', now: world.now }, async (aside) => {
      const names = namesById(await world.store.classes.list(name))
      const rows = unleaked(rowsOf(name, { names, withGuesses: what === 'labels and guesses' }, world))
      const options = {
        title,
        classes: [...names.values()],
        splits,
        bytesOf: blobs.get,
        signal: world.signal,
      }
      const written = await exportFormats[format].write(aside, rows, options)
      verify(written, at)
      return written
    })
    return { to: at, ...exported }
  },
})

function verify({ images, verified }: Exported, at: string): void {
  if (images === verified) return
  throw new Failure(
    'corrupt-data',
    `cannot export to ${at}: every image must read back as it was written, and ${images - verified} of ${images} do not`,
  )
}

/** Images by key, a page at a time: a million of them never stand in memory. */
async function* rowsOf(
  project: string,
  { names, withGuesses }: { readonly names: ClassNames; readonly withGuesses: boolean },
  world: World,
): ExportedRows {
  const { store } = world
  const { images: all, labelled } = await store.projects.counts(project)
  const total = withGuesses ? all : labelled
  let [after, done]: [string | null, number] = [null, 0]
  do {
    world.signal.throwIfAborted()
    world.progress({ done, total, sentence: `writing ${total} images` })
    const filter = withGuesses ? {} : { labelled: true }
    const page = await store.images.page(project, {
      ...filter,
      size: pageSize,
      ...(after === null ? {} : { after }),
    })
    const guesses = withGuesses ? await guessesFor(store, project, page.images) : undefined
    yield page.images.map((image) => exportedOf(image, names, guesses?.get(image.id)))
    done += page.images.length
    after = page.next
  } while (after !== null)
}

async function guessesFor(
  store: Store,
  project: string,
  images: readonly Image[],
): Promise<ReadonlyMap<ImageId, Prediction>> {
  const latest = await maybeLatest(store, project)
  if (!latest) return new Map()
  return store.models.predictions(
    project,
    latest.version,
    images.map((image) => image.id),
  )
}

const exportedOf = (image: Image, names: ClassNames, guess: Prediction | undefined): ExportedRow => {
  const guessed = guess && names.get(guess.class)
  return {
    image,
    label: image.label === null ? null : (names.get(image.label) ?? null),
    guess: guessed === undefined ? null : { class: guessed, confidence: guess!.confidence },
  }
}

/** The store keeps groups and look-alikes in one split; a set that is told apart from it must do so too. */
async function* unleaked(rows: ExportedRows): ExportedRows {
  const splitOf = new Map<string, Split>()
  for await (const page of rows) {
    for (const { image } of page) {
      const families = [
        `image ${image.nearTo ?? image.id}`,
        ...(image.group === null ? [] : [`group ${image.group}`]),
      ]
      for (const family of families) {
        const split = splitOf.get(family) ?? image.split
        if (split !== image.split) throw leak(image, split)
        splitOf.set(family, split)
      }
      splitOf.set(`image ${image.id}`, image.split)
    }
    yield page
  }
}

const leak = (image: ExportedRow['image'], other: Split): Failure =>
  new Failure(
    'corrupt-data',
    `cannot export ${image.name}: a group and look-alikes must lie in one split of ${splitNames.join(', ')}, ` +
      `and it lies in ${image.split}, its kin in ${other}`,
  )
