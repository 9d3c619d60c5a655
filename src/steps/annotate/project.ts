// A project as material: its images and classes, and what people labelled as examples.
import { writeFile } from 'node:fs/promises'
import {
  Failure,
  type Class,
  type ClassId,
  type Image,
  type ImageId,
  type Project,
} from '../../base/index.ts'
import type { Item, Known, Pictures } from '../../results/index.ts'
import { maybeAudit, type KeptAudit } from './audit.ts'
import { begunFrom, type Material } from './material.ts'
import { textSideOf, type TextSide } from './text.ts'
import { rowsFor } from '../embeddings.ts'
import { classNamed, listed } from '../find.ts'
import { clustersOfRows } from '../kept-clusters.ts'
import { labelsOfPeople } from '../people.ts'
import type { World } from '../world.ts'

type How = {
  /** All of the project's, if left out. */
  readonly classes?: readonly string[] | undefined
  readonly readNames: boolean
  /** Another text side than the encoder's own. */
  readonly textEncoder?: string | undefined
  /** Whether answers to the last audit only measure, and are no examples. */
  readonly auditAside: boolean
}

export async function projectMaterial(world: World, name: string, how: How): Promise<Material> {
  const { store } = world
  const project = await store.projects.get(name)
  world.progress({ done: 0, total: null, sentence: 'reading the embeddings' })
  const all = await store.images.ids(name, {})
  const { ids, rows } = await rowsFor(store, project, all)
  if (ids.length === 0) throw notEmbedded(project, all.length)
  const images = await inOrderOf(ids, world, name)
  const said = await saidOf(images, project, { world, auditAside: how.auditAside })
  const wanted = wantedClasses(await store.classes.list(name), how.classes)
  const names = (of: readonly Class[]) => of.map((c) => c.name)
  const side: TextSide = how.readNames
    ? await textSideOf(world, project.encoder, { rows, names: names(wanted), by: how.textEncoder })
    : { why: 'class names are not to be read' }
  const { joint, text } = side.why === null ? side : { joint: null, text: null }
  const taught = new Set(said.examples.values())
  // A class without a name that can be read and without an example is nowhere in the space.
  const classes = text ? wanted : wanted.filter((c) => taught.has(c.id))
  if (classes.length === 0) throw nothingToBeginWith(project, names(wanted), side.why)
  const rowOfImage = new Map<number, number>(ids.map((id, row) => [id, row]))
  const inRows = placing(rowOfImage, classes)
  const examples = inRows(said.examples)
  const truth = [...(await store.truth.all(name))].filter(([image]) => !said.examples.has(image))
  return {
    title: project.title,
    says: begunFrom(examples.size, text ? classes.length : 0),
    space: { images: rows, joint, text, classNames: names(classes), examples },
    items: images.map((image) => itemOf(image, rowOfImage)),
    clusters: await clustersOfRows(store, project, ids),
    settled: inRows(said.people),
    hidden: inRows(truth.length > 0 ? new Map(truth) : said.gold),
    hiddenIs: truth.length > 0 ? 'truth' : 'gold',
    audit: said.audit && {
      proposal: said.audit.proposal,
      rows: said.audit.images.flatMap((image) => rowOfImage.get(image) ?? []),
    },
    audited: inRows(said.audited),
    seed: project.seed,
    pictures: picturesOf(world, images),
    unread: [],
    beside: new Map(),
    hint: null,
    method: null,
  }
}

type Labels = ReadonlyMap<ImageId, ClassId>
type Said = Readonly<Record<'people' | 'examples' | 'gold' | 'audited', Labels>> & {
  readonly audit: KeptAudit | null
}

/** What people said, by what it may be used for. */
async function saidOf(
  images: readonly Image[],
  project: Project,
  { world, auditAside }: { readonly world: World; readonly auditAside: boolean },
): Promise<Said> {
  const people = await labelsOfPeople(world.store, project.name)
  const audit = auditAside ? await maybeAudit(world.store, project) : undefined
  const aside = new Set<number>(audit?.images)
  const those = (isIn: (image: Image) => boolean): Labels =>
    new Map(
      images.flatMap((image) =>
        people.has(image.id) && isIn(image) ? [[image.id, people.get(image.id)!] as const] : [],
      ),
    )
  return {
    people,
    audit: audit ?? null,
    examples: those((image) => image.split === 'train' && !aside.has(image.id)),
    gold: those((image) => image.split === 'test' && !aside.has(image.id)),
    audited: those((image) => aside.has(image.id)),
  }
}

/** From ids of the store to rows and places of classes; what is not among them is left out. */
function placing(rowOfImage: ReadonlyMap<number, number>, classes: readonly Class[]) {
  const place = new Map(classes.map((c, i) => [c.id, i]))
  return (labels: Labels): Known =>
    new Map(
      [...labels].flatMap(([image, its]) => {
        const [row, index] = [rowOfImage.get(image), place.get(its)]
        return row === undefined || index === undefined ? [] : [[row, index] as const]
      }),
    )
}

const windowImages = 16_384 // one question to the store for so many

async function inOrderOf(ids: readonly ImageId[], world: World, name: string): Promise<Image[]> {
  const images: Image[] = []
  for (let from = 0; from < ids.length; from += windowImages) {
    const some = await world.store.images.byIds(name, ids.slice(from, from + windowImages))
    images.push(...some)
    world.signal.throwIfAborted()
  }
  return images.sort((a, b) => a.id - b.id)
}

const wantedClasses = (there: readonly Class[], names: readonly string[] | undefined): readonly Class[] =>
  names ? names.map((name) => classNamed(there, name)) : there

const itemOf = (image: Image, rowOfImage: ReadonlyMap<number, number>): Item => ({
  name: image.name,
  image: image.id,
  group: image.group,
  nearTo: image.nearTo === null ? null : (rowOfImage.get(image.nearTo) ?? null),
  split: image.split,
})

const picturesOf = ({ store }: World, images: readonly Image[]): Pictures => ({
  async place(row, at) {
    await writeFile(at, await store.blobs.get(images[row]!.hash), { flag: 'wx' })
    return null
  },
  async thumbnail(row) {
    const hash = images[row]!.thumbnail
    if (!(await store.blobs.has(hash))) return null
    return `data:image/jpeg;base64,${Buffer.from(await store.blobs.get(hash)).toString('base64')}`
  },
})

const notEmbedded = ({ name, encoder }: Project, images: number): Failure =>
  new Failure(
    'not-ready',
    `cannot annotate ${name}: its images must be vectors first, and none of ${images} has been through ` +
      `the encoder ${encoder}; bowerbird embed ${name} does it`,
  )

function nothingToBeginWith({ name }: Project, names: readonly string[], why: string | null): Failure {
  const there = names.length === 0 ? 'none' : listed(names)
  return new Failure(
    'not-ready',
    `cannot annotate ${name}: it begins from labelled images of the train split, from named clusters or from ` +
      `class names with a text encoder at hand, and there is none of these ` +
      `(classes: ${there}${why === null ? '' : `; ${why}`}); label one image of each class, ` +
      `or run bowerbird cluster ${name} and name some clusters`,
  )
}
