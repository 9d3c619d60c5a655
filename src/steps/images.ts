import { z } from 'zod'
import { Failure, type Class, type ImageId, type Version } from '../base/index.ts'
import type { Counts, ImageFilter, Store } from '../store/index.ts'
import { imageField, labelWords, projectField, splitField } from './fields.ts'
import { classNamed } from './find.ts'
import { maybeLatest, showImages } from './show.ts'
import { step } from './step.ts'
import { ImageView } from './views.ts'

const shareField = z.number().min(0).max(1).optional()
const input = z.object({
  project: projectField,
  split: splitField.optional().describe('only images of this split'),
  label: z
    .string()
    .min(1)
    .optional()
    .describe(`a class; ${labelWords.join(' or ')}: without a label, or with one`),
  guess: z.string().min(1).optional().describe('the class that the newest version guesses'),
  confidenceMin: shareField.describe('the guess is at least this sure'),
  confidenceMax: shareField.describe('the guess is at most this sure'),
  text: z.string().max(200).optional().describe('a part of the name'),
  ids: z
    .array(imageField)
    .max(500) // an address of more would be refused by servers in between
    .optional()
    .describe('just these images in this order, whatever else is asked for'),
  order: z.enum(['added', 'unsure first']).default('added').describe('which come first'),
  after: z.string().max(200).optional().describe('the `next` of the page before'),
  at: z
    .int()
    .min(0)
    .optional()
    .describe(
      'instead of after, in the order added and without a guess: how many images stand before the first',
    ),
  size: z.int().min(1).max(1000).default(200).describe('how many images a page has'),
})
type Input = z.infer<typeof input>

export const images = step({
  name: 'images',
  summary: 'List images, page by page, by split, label, guess, sureness and name',
  input,
  output: z.object({
    images: z.array(ImageView),
    next: z.string().nullable(),
    total: z.int().nullable().describe('how many there are in all, where that is kept'),
    version: z.int().nullable().describe('the version that guesses'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  async run(it, { store }) {
    const { project } = it
    await store.projects.get(project)
    if (it.ids) return justThese(store, project, it.ids as ImageId[])
    const [classes, latest] = await Promise.all([store.classes.list(project), maybeLatest(store, project)])
    const filter = filterOf(it, { classes, version: latest?.version })
    const order = latest ? it.order : 'added'
    const begin = {
      ...(it.after !== undefined && { after: it.after }),
      ...(it.at !== undefined && { at: it.at }),
    }
    const page = await store.images.page(project, { ...filter, ...begin, order, size: it.size })
    return {
      images: await showImages(store, project, page.images),
      next: page.next,
      total: totalOf(it, { counts: await store.projects.counts(project), classes }),
      version: latest?.version ?? null,
    }
  },
})

async function justThese(store: Store, project: string, ids: readonly ImageId[]) {
  const images = await showImages(store, project, await store.images.byIds(project, ids))
  const version = (await maybeLatest(store, project))?.version ?? null
  return { images, next: null, total: images.length, version }
}

function filterOf(
  it: Input,
  of: { readonly classes: readonly Class[]; readonly version: Version | undefined },
): ImageFilter {
  const byGuess = asksForGuesses(it)
  if (byGuess && of.version === undefined) {
    throw new Failure('not-ready', `cannot filter by guess: project ${it.project} has no trained version yet`)
  }
  const needsVersion = byGuess || it.order === 'unsure first'
  return {
    ...(it.split && { split: it.split }),
    ...(it.text && { text: it.text }),
    ...(it.label !== undefined && labelFilter(it.label, of.classes)),
    ...(needsVersion && of.version !== undefined && { guess: guessFilter(it, of.classes, of.version) }),
  }
}

const asksForGuesses = (it: Input): boolean =>
  it.guess !== undefined || it.confidenceMin !== undefined || it.confidenceMax !== undefined

const labelFilter = (label: string, classes: readonly Class[]): ImageFilter =>
  label === 'none' || label === 'any'
    ? { labelled: label === 'any' }
    : { class: classNamed(classes, label).id }

const guessFilter = (it: Input, classes: readonly Class[], version: Version) => ({
  version,
  ...(it.guess !== undefined && { class: classNamed(classes, it.guess).id }),
  ...(it.confidenceMin !== undefined && { confidenceMin: it.confidenceMin }),
  ...(it.confidenceMax !== undefined && { confidenceMax: it.confidenceMax }),
})

/** From counters alone: counting a filtered million would take longer than the page itself. */
function totalOf(
  it: Input,
  of: { readonly counts: Counts; readonly classes: readonly Class[] },
): number | null {
  if (asksForGuesses(it) || it.text || it.order === 'unsure first') return null
  const { images: all, labelled } = it.split ? of.counts.bySplit[it.split] : of.counts
  if (it.label === undefined) return all
  if (it.label === 'any') return labelled
  if (it.label === 'none') return all - labelled
  return it.split ? null : classNamed(of.classes, it.label).labelled
}
