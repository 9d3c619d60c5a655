// From what the store keeps to what people see.
import type { Class, ClassId, Image, ImageId, Model, Prediction, Project, Version } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { FiguresView, type GuessView, type ImageView, type ProjectView, type VersionView } from './views.ts'

/** A version is ready once its figures stand: they are written last, after its predictions. */
export const isReady = (model: Model): boolean => typeof model.card.figures['seconds'] === 'number'

/** The newest version that is ready; while one is being written, the one before it. */
export async function maybeLatest(store: Store, project: string): Promise<Model | undefined> {
  const newest = await store.models.latest(project)
  if (!newest || isReady(newest)) return newest
  return (await store.models.list(project))
    .filter(isReady)
    .reduce<Model | undefined>((a, b) => (a && a.version > b.version ? a : b), undefined)
}

export async function showProject(store: Store, project: Project): Promise<ProjectView> {
  const { name } = project
  const [counts, classes, embedded, champion, latest, wanted] = await Promise.all([
    store.projects.counts(name),
    store.classes.list(name),
    store.embeddings.count(name, project.encoder),
    store.models.alias(name, 'champion'),
    maybeLatest(store, name),
    store.settings.get(encoderWantedKey(project)),
  ])
  const { images, labelled, bySplit, position } = counts
  return {
    name,
    title: project.title,
    isDemo: project.isDemo,
    encoder: project.encoder,
    ...(typeof wanted === 'string' && wanted !== project.encoder ? { encoderWanted: wanted } : {}),
    createdAt: project.createdAt,
    seed: project.seed,
    counts: { images, labelled, bySplit, position },
    classes: classes.map((c) => ({ name: c.name, place: c.place, labelled: c.labelled })),
    embedded,
    champion: champion?.version ?? null,
    latest: latest ? showVersion(latest, champion?.version) : null,
  }
}

/** Where a project's wish for an encoder is kept while another stands in for it. */
export const encoderWantedKey = (project: Pick<Project, 'name' | 'createdAt'>): string =>
  `encoder wanted by ${project.name} of ${project.createdAt}`

export function showVersion(model: Model, champion: Version | undefined): VersionView {
  const { card } = model
  const figures = FiguresView.safeParse(card.figures)
  return {
    version: model.version,
    createdAt: model.createdAt,
    encoder: card.encoder,
    trainedOn: card.trainedOn,
    position: card.ledger,
    champion: model.version === champion,
    figures: figures.success ? figures.data : {},
    classes: card.classes.map((c) => c.name),
    settings: { ...card.settings },
  }
}

export type ClassNames = ReadonlyMap<ClassId, string>
export const namesById = (classes: readonly Class[]): ClassNames =>
  new Map(classes.map((c) => [c.id, c.name]))

/** A page of images with what a version guesses of each. */
export async function showImages(
  store: Store,
  project: string,
  images: readonly Image[],
): Promise<ImageView[]> {
  const [classes, latest] = await Promise.all([store.classes.list(project), maybeLatest(store, project)])
  const ids = images.map((image) => image.id)
  const guesses = latest
    ? await store.models.predictions(project, latest.version, ids)
    : new Map<ImageId, Prediction>()
  const names = namesById(classes)
  return images.map((image) => showImage(project, image, { names, guess: guesses.get(image.id) }))
}

function showImage(
  project: string,
  image: Image,
  of: { readonly names: ClassNames; readonly guess: Prediction | undefined },
): ImageView {
  const { id, name, width, height, sizeBytes, format, group, split, nearTo, addedAt } = image
  return {
    id,
    name,
    width,
    height,
    sizeBytes,
    format,
    group,
    split,
    nearTo,
    addedAt,
    label: image.label === null ? null : (of.names.get(image.label) ?? null),
    // Browsers keep a picture for ever by its address; ids begin anew in a new data folder.
    thumbnail: `/v1/images/${id}/thumbnail?project=${encodeURIComponent(project)}&v=${image.thumbnail.slice(0, 8)}`,
    guess: of.guess ? showGuess(of.guess, of.names) : null,
  }
}

export const showGuess = (guess: Prediction, names: ClassNames): GuessView => ({
  class: names.get(guess.class) ?? '',
  confidence: bounded(guess.confidence),
  runnerUp: guess.runnerUp === null ? null : (names.get(guess.runnerUp) ?? null),
  margin: bounded(guess.margin),
})

// Sums of float32 probabilities can stand a rounding above 1, which the view's schema refuses.
const bounded = (x: number) => Math.min(1, Math.max(0, x))
