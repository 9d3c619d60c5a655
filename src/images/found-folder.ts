import type { Dirent } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { isSetFile, type SetFolder } from '../formats/index.ts'
import { foundInSet } from './found-set.ts'
import { type Found, type Place, unreadable } from './place.ts'
import { hasImageExtension } from './formats.ts'
import { isLitter, labelOfName } from './names.ts'

type Walk = {
  /** The folder added, with every link on the way to it resolved. */
  readonly root: string
  readonly signal: AbortSignal
}

/** Depth first, names in order of their code points: the same folder gives the same ids everywhere. */
export async function* foundInFolder({ at, signal }: Place): AsyncGenerator<Found> {
  const root = await realpath(at)
  const entries = await entriesOf(root, at)
  const walk = () => below('', entries, { root, signal })
  yield* foundInSet(walk, () => maybeSet(root, walk))
}

/** The names of all files, where one of them tells of images. */
async function maybeSet(root: string, walk: () => AsyncIterable<Found>): Promise<SetFolder | undefined> {
  let isSet = false
  for await (const { name } of walk()) isSet ||= isSetFile(name)
  if (!isSet) return undefined
  const paths: string[] = []
  for await (const { name } of walk()) paths.push(name)
  return { paths, text: (file) => readFile(path.join(root, file), 'utf8') }
}

async function entriesOf(folder: string, shown: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    throw unreadable(shown, error)
  }
}

async function* below(folder: string, entries: readonly Dirent[], walk: Walk): AsyncGenerator<Found> {
  for (const entry of entries) {
    walk.signal.throwIfAborted()
    if (isLitter(entry.name)) continue
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* inFolder(name, walk)
    else if (entry.isSymbolicLink()) yield await linked(name, walk)
    else yield fileAt(name, path.join(walk.root, name))
  }
}

async function* inFolder(name: string, walk: Walk): AsyncGenerator<Found> {
  if (hasImageExtension(name)) {
    yield { name, reason: 'it is a folder with the name of an image' }
    return
  }
  let entries: Dirent[]
  try {
    entries = await entriesOf(path.join(walk.root, name), name)
  } catch (error) {
    yield { name, reason: `it is a folder that cannot be read: ${(error as Error).message}` }
    return
  }
  yield* below(name, entries, walk)
}

async function linked(name: string, { root }: Walk): Promise<Found> {
  try {
    const target = await realpath(path.join(root, name))
    const way = path.relative(root, target)
    if (way.startsWith('..') || path.isAbsolute(way)) {
      return { name, reason: 'it is a link that leads out of the folder' }
    }
    const isFolder = (await stat(target)).isDirectory()
    return isFolder ? { name, reason: 'it is a link to a folder' } : fileAt(name, target)
  } catch {
    return { name, reason: 'it is a link that leads nowhere' }
  }
}

const fileAt = (name: string, at: string): Found => ({
  name,
  source: { path: at },
  label: labelOfName(name),
  group: null,
})
