// Files on their way in: each upload is a folder, its state is what lies on disk, so a restart loses nothing.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Failure } from '../base/index.ts'
import { stagedName, uniqueName } from './staged-name.ts'

export type Wanted = { readonly name: string; readonly size: number; readonly modified?: number | undefined }
export type Manifest = { readonly project: string; readonly files: readonly Wanted[] }
type Held = { readonly project: string; readonly files: readonly { name: string; size: number }[] }

export type Staging = {
  /** The same files again are the same upload: it goes on where it was cut off. */
  begin(manifest: Manifest): Promise<string>
  read(upload: string): Promise<Held>
  /** How many bytes of each file are there. */
  have(upload: string): Promise<number[]>
  /** Appends; gives the bytes there now. */
  put(upload: string, of: { index: number; offset: number; chunk: Buffer }): Promise<number>
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
  const held = new Map<string, Held>()
  const inLine = oneAtATime()
  const folderOf = (upload: string): string => {
    if (/^[0-9a-f]{32}$/.test(upload)) return path.join(root, upload)
    throw unknownUpload(upload)
  }
  const fileOf = (upload: string, name: string): string => path.join(folderOf(upload), 'files', name)

  function hold(upload: string, it: Held): Held {
    held.delete(upload)
    held.set(upload, it)
    for (const oldest of held.keys()) if (held.size > heldMax) held.delete(oldest)
    return it
  }
  async function read(upload: string): Promise<Held> {
    const known = held.get(upload)
    if (known) return known
    const text = await readFile(path.join(folderOf(upload), 'manifest.json'), 'utf8').catch(() => undefined)
    if (text === undefined) throw unknownUpload(upload)
    return hold(upload, JSON.parse(text) as Held)
  }
  async function have(upload: string): Promise<number[]> {
    const sizes: number[] = []
    const { files } = await read(upload)
    const isFresh = (await readdir(path.join(folderOf(upload), 'files')).catch(() => [])).length === 0
    if (isFresh) return files.map(() => 0)
    for (let i = 0; i < files.length; i += 64) {
      const some = files.slice(i, i + 64)
      sizes.push(...(await Promise.all(some.map(({ name }) => sizeOf(fileOf(upload, name))))))
    }
    return sizes
  }
  async function append(
    upload: string,
    of: { index: number; offset: number; chunk: Buffer },
  ): Promise<number> {
    const { files } = await read(upload)
    const wanted = files[of.index]
    if (!wanted)
      throw new Failure(
        'not-found',
        `cannot take file ${of.index}: upload ${upload} has ${files.length} files`,
      )
    const file = fileOf(upload, wanted.name)
    const there = await sizeOf(file)
    checkChunk({ ...of, name: wanted.name, size: wanted.size, there })
    await mkdir(path.dirname(file), { recursive: true })
    await appendFile(file, of.chunk)
    return there + of.chunk.length
  }

  return {
    async begin(manifest) {
      const upload = uploadOf(manifest)
      if (await stat(path.join(folderOf(upload), 'manifest.json')).catch(() => undefined)) return upload
      const it: Held = { project: manifest.project, files: await stagedFiles(manifest.files) }
      await mkdir(path.join(folderOf(upload), 'files'), { recursive: true })
      await writeAside(path.join(folderOf(upload), 'manifest.json'), JSON.stringify(it))
      hold(upload, it)
      return upload
    },
    read,
    have,
    put: (upload, of) => inLine(`${upload}/${of.index}`, () => append(upload, of)),
    async complete(upload) {
      const { files } = await read(upload)
      const sizes = await have(upload)
      const missing = files.filter((file, i) => sizes[i] !== file.size)
      if (missing.length > 0)
        throw new Failure(
          'not-ready',
          `cannot finish the upload: all ${files.length} files must be complete, and ${missing.length} are not, among them ${missing[0]!.name}`,
        )
      for (const { name } of files.filter(({ size }) => size === 0)) {
        await mkdir(path.dirname(fileOf(upload, name)), { recursive: true })
        await writeFile(fileOf(upload, name), '')
      }
      const [only] = files
      const isArchive = files.length === 1 && /\.(zip|tar|tgz|tar\.gz)$/i.test(only!.name)
      return isArchive ? fileOf(upload, only!.name) : path.join(folderOf(upload), 'files')
    },
    async remove(upload) {
      held.delete(upload)
      await rm(folderOf(upload), { recursive: true, force: true, maxRetries: 3 })
    },
    async list() {
      const names = await readdir(root).catch(() => [])
      return names.filter((name) => /^[0-9a-f]{32}$/.test(name))
    },
    async touchedAt(upload) {
      const paths = await readdir(folderOf(upload), { recursive: true }).catch(() => [])
      let newest = 0
      for (const one of ['', ...paths]) {
        const it = await stat(path.join(folderOf(upload), one)).catch(() => undefined)
        newest = Math.max(newest, it?.mtimeMs ?? 0)
      }
      return newest
    },
    async note(upload, job) {
      const file = path.join(folderOf(upload), 'job.json')
      if (job !== undefined) await writeAside(file, JSON.stringify(job))
      const text = job ?? (await readFile(file, 'utf8').catch(() => undefined))
      return text === undefined ? undefined : Number(text)
    },
  }
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

type Chunk = { offset: number; chunk: Buffer; name: string; size: number; there: number }
function checkChunk({ offset, chunk, name, size, there }: Chunk): void {
  if (offset !== there)
    throw new WrongOffset(
      `cannot take this part of ${name}: the next byte wanted is at offset ${there}, and ${offset} was given`,
      there,
    )
  if (there + chunk.length > size)
    throw new Failure(
      'bad-input',
      `cannot take this part of ${name}: the file was to have ${size} bytes, and with it there would be ${there + chunk.length}`,
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
