// The images of a set that is no project: vectors made elsewhere, or pictures that become vectors here.
import path from 'node:path'
import { Failure } from '../../base/index.ts'
import type { Matrix } from '../../math/index.ts'
import type { World } from '../world.ts'
import { embedPictures } from './embed-pictures.ts'
import type { AnnotateInput } from './fields.ts'
import { readLines, readMatrix } from './read.ts'

export type Rows = {
  readonly title: string
  readonly images: Matrix
  readonly names: readonly string[]
  /** Where the pictures lie; null where only their vectors are known. */
  readonly paths: readonly string[] | null
  readonly groups: readonly (string | null)[] | null
  /** What made the vectors, where that is known. */
  readonly encoder: string | null
  /** Pictures that could not be read, and why. */
  readonly unread: readonly { readonly name: string; readonly reason: string }[]
}

export const refuse = (why: string): Failure => new Failure('bad-input', `cannot annotate: ${why}`)

export const rowsOf = (it: AnnotateInput, world: World): Promise<Rows> =>
  it.images === undefined ? rowsOfFiles(it, world) : rowsOfPictures(it, world)

async function rowsOfFiles(it: AnnotateInput, { progress }: World): Promise<Rows> {
  const file = it.embeddings!
  progress({ done: 0, total: null, sentence: `reading ${file}` })
  const images = await readMatrix(file)
  const paths = it.imagePaths ? await readLines(it.imagePaths) : null
  if (paths) sameCount(images.rows, { count: paths.length, what: it.imagePaths, one: 'path' })
  const names = paths ?? Array.from({ length: images.rows }, (_, row) => `row-${row}`)
  const groups = await groupsIn(it, images.rows)
  return { title: path.basename(file), images, names, paths, groups, encoder: it.encoder ?? null, unread: [] }
}

async function rowsOfPictures(it: AnnotateInput, world: World): Promise<Rows> {
  const encoder = it.encoder ?? world.configuration.encoder
  const { images, pictures, unread } = await embedPictures(it.images!, { encoder, aside: it.output }, world)
  if (images.rows === 0) {
    const [first] = unread
    const why = first ? `, and ${first.name} cannot be read: ${first.reason}` : ''
    throw refuse(`${it.images} must hold a picture, and 0 were found${why}`)
  }
  const given = await groupsIn(it, images.rows)
  return {
    title: path.basename(path.resolve(it.images!)),
    images,
    names: pictures.map(({ name }) => name),
    paths: pictures.map(({ at }) => at),
    groups: given ?? pictures.map(({ group }) => group),
    encoder,
    unread,
  }
}

async function groupsIn(it: AnnotateInput, rows: number): Promise<readonly string[] | null> {
  if (it.groups === undefined) return null
  const groups = await readLines(it.groups)
  sameCount(rows, { count: groups.length, what: it.groups, one: 'group' })
  return groups
}

type Count = { readonly count: number; readonly what: string | undefined; readonly one: string }

export function sameCount(rows: number, { count, what, one }: Count): void {
  if (count === rows) return
  throw refuse(`${what} must name one ${one} for each row of the embeddings, ${rows}, and it has ${count}`)
}
