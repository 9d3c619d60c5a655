// Files on their way in: each upload is a folder, its state is what lies on disk, so a restart loses nothing.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Failure } from '../base/index.ts'
import { stagedName, uniqueName } from './staged-name.ts'

export type Wanted = { readonly name: string; readonly size: number; readonly modified?: number | undefined }
export type Manifest = { readonly project: string; readonly files: readonly Wanted[] }
export type Part = { readonly index: number; readonly offset: number; readonly chunk: Buffer }
type Held = { readonly project: string; readonly files: readonly { name: string; size: number }[] }

export type Staging = {
  /** The same files again are the same upload: it goes on where it was cut off. */
  begin(manifest: Manifest): Promise<string>
  read(upload: string): Promise<Held>
  /** How many bytes of each file are there. */
  have(upload: string): Promise<number[]>
  /** Appends; gives the bytes there now. */
  put(upload: string, part: Part): Promise<number>
  /** The folder with all files, once they are complete. */
  complete(upload: string): Promise<string>
  remove(upload: string): Promise<void>
  list(): Promise<readonly string[]>
  /** When something last happened to it. */
  touchedAt(upload: string): Promise<number>
  /** Small facts beside the files: which job reads them. */
  note(upload: string, job?: number): Promise<number | undefined>
}

const heldMax = 8 // manifests kept in memory; one of 100,000 files is about 10 MB
const namesAtOnce = 2_000 // about 10 ms of work between two looks at the network

/** A chunk that does not follow what is there; the message and `wanted` say where to go on. */
export class WrongOffset extends Failure {
  readonly wanted: number
  constructor(message: string, wanted: number) {
    super('not-ready', message)
    this.wanted = wanted
  }
}

export function openStaging(root: string): Staging {
  const shelf: Shelf = { root, held: new Map() }
  const inLine = oneAtATime()
  return {
    begin: (manifest) => begin(shelf, manifest),
    read: (upload) => read(shelf, upload),
    have: (upload) => have(shelf, upload),
    put: (upload, part) => inLine(`${upload}/${part.index}`, () => append(shelf, upload, part)),
    complete: (upload) => complete(shelf, upload),
    touchedAt: (upload) => newestTimeIn(folderOf(shelf, upload)),
    note: (upload, job) => note(path.join(folderOf(shelf, upload), 'job.json'), job),
    async remove(upload) {
      shelf.held.delete(upload)
      await rm(folderOf(shelf, upload), { recursive: true, force: true, maxRetries: 3 })
    },
    async list() {
      const names = await readdir(root).catch(() => [])
      return names.filter((name) => uploadName.test(name))
    },
  }
}

/** Where uploads lie, and the manifests that were read last. */
type Shelf = { readonly root: string; readonly held: Map<string, Held> }
const uploadName = /^[0-9a-f]{32}$/

function folderOf({ root }: Shelf, upload: string): string {
  if (uploadName.test(upload)) return path.join(root, upload)
  throw unknownUpload(upload)
}
const filesOf = (shelf: Shelf, upload: string): string => path.join(folderOf(shelf, upload), 'files')
const manifestOf = (shelf: Shelf, upload: string): string =>
  path.join(folderOf(shelf, upload), 'manifest.json')

async function begin(shelf: Shelf, manifest: Manifest): Promise<string> {
  const upload = uploadOf(manifest)
  if (await stat(manifestOf(shelf, upload)).catch(() => undefined)) return upload
  const it: Held = { project: manifest.project, files: await stagedFiles(manifest.files) }
  await mkdir(filesOf(shelf, upload), { recursive: true })
  await writeAside(manifestOf(shelf, upload), JSON.stringify(it))
  hold(shelf, upload, it)
  return upload
}

function hold({ held }: Shelf, upload: string, it: Held): Held {
  held.delete(upload)
  held.set(upload, it)
  for (const oldest of held.keys()) if (held.size > heldMax) held.delete(oldest)
  return it
}

async function read(shelf: Shelf, upload: string): Promise<Held> {
  const known = shelf.held.get(upload)
  if (known) return known
  const text = await readFile(manifestOf(shelf, upload), 'utf8').catch(() => undefined)
  if (text === undefined) throw unknownUpload(upload)
  return hold(shelf, upload, JSON.parse(text) as Held)
}

async function have(shelf: Shelf, upload: string): Promise<number[]> {
  const { files } = await read(shelf, upload)
  const folder = filesOf(shelf, upload)
  const isFresh = (await readdir(folder).catch(() => [])).length === 0
  if (isFresh) return files.map(() => 0)
  const sizes: number[] = []
  for (let i = 0; i < files.length; i += 64) {
    const some = files.slice(i, i + 64)
    sizes.push(...(await Promise.all(some.map(({ name }) => sizeOf(path.join(folder, name))))))
  }
  return sizes
}

async function append(shelf: Shelf, upload: string, part: Part): Promise<number> {
  const { files } = await read(shelf, upload)
  const wanted = files[part.index]
  if (!wanted)
    throw new Failure(
      'not-found',
      `cannot take file ${part.index}: upload ${upload} has ${files.length} files, counted from 0`,
    )
  const file = path.join(filesOf(shelf, upload), wanted.name)
  const there = await sizeOf(file)
  checkPart(part, { ...wanted, there })
  await mkdir(path.dirname(file), { recursive: true })
  await appendFile(file, part.chunk)
  return there + part.chunk.length
}

async function complete(shelf: Shelf, upload: string): Promise<string> {
  const { files } = await read(shelf, upload)
  const folder = filesOf(shelf, upload)
  const sizes = await have(shelf, upload)
  const missing = files.filter((file, i) => sizes[i] !== file.size)
  if (missing.length > 0)
    throw new Failure(
      'not-ready',
      `cannot finish the upload: all ${files.length} files must be complete, ` +
        `and ${missing.length} are not, among them ${missing[0]!.name}`,
    )
  for (const { name } of files.filter(({ size }) => size === 0)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true })
    await writeFile(path.join(folder, name), '')
  }
  const [only] = files
  const isArchive = files.length === 1 && /\.(zip|tar|tgz|tar\.gz)$/i.test(only!.name)
  return isArchive ? path.join(folder, only!.name) : folder
}

async function newestTimeIn(folder: string): Promise<number> {
  let newest = 0
  for (const one of ['', ...(await readdir(folder, { recursive: true }).catch(() => []))]) {
    const it = await stat(path.join(folder, one)).catch(() => undefined)
    newest = Math.max(newest, it?.mtimeMs ?? 0)
  }
  return newest
}

async function note(file: string, job: number | undefined): Promise<number | undefined> {
  if (job !== undefined) await writeAside(file, JSON.stringify(job))
  const text = job ?? (await readFile(file, 'utf8').catch(() => undefined))
  return text === undefined ? undefined : Number(text)
}

const unknownUpload = (upload: string): Failure =>
  new Failure(
    'not-found',
    `there is no upload ${upload.slice(0, 40)}: it was finished, or not touched for a day; begin anew`,
  )

const uploadOf = (manifest: Manifest): string =>
  createHash('sha256')
    .update(
      JSON.stringify([manifest.project, manifest.files.map((f) => [f.name, f.size, f.modified ?? null])]),
    )
    .digest('hex')
    .slice(0, 32)

async function stagedFiles(wanted: readonly Wanted[]): Promise<{ name: string; size: number }[]> {
  const taken = new Set<string>()
  const files: { name: string; size: number }[] = []
  for (const { name, size } of wanted) {
    files.push({ name: uniqueName(stagedName(name), taken), size })
    if (files.length % namesAtOnce === 0) await setImmediate()
  }
  return files
}

type There = { readonly name: string; readonly size: number; readonly there: number }
function checkPart({ offset, chunk }: Part, { name, size, there }: There): void {
  const failed = `cannot take this part of ${name}`
  if (offset !== there)
    throw new WrongOffset(
      `${failed}: the next byte wanted is at offset ${there}, and ${offset} was given`,
      there,
    )
  const total = there + chunk.length
  if (total > size)
    throw new Failure(
      'bad-input',
      `${failed}: the file was to have ${size} bytes, and with it there would be ${total}`,
    )
}

const sizeOf = (file: string): Promise<number> =>
  stat(file).then(
    (it) => it.size,
    () => 0,
  )

async function writeAside(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text)
  await rename(`${file}.part`, file)
}

/** What concerns the same thing happens one after the other. */
function oneAtATime(): <T>(key: string, act: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return (key, act) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(act, act)
    const settled = mine.catch(() => {})
    last.set(key, settled)
    void settled.then(() => last.get(key) === settled && last.delete(key))
    return mine
  }
}
