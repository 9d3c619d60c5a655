// What an export looks like on the disk: a format is a row.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Image } from '../base/index.ts'
import { readCsv, readJsonLines, writeCsv, writeJsonLines } from '../formats/index.ts'
import type { Store } from '../store/index.ts'
import { folderNames, safeName } from './safe-names.ts'

export type ExportedRow = {
  readonly image: Image
  readonly label: string | null
  readonly guess: { readonly class: string; readonly confidence: number } | null
}
/** A page of rows at a time. */
export type ExportedRows = AsyncIterable<readonly ExportedRow[]>
export type Exported = { readonly images: number; readonly verified: number; readonly files: number }

export type ExportFormat = {
  readonly says: string
  readonly write: (to: string, rows: ExportedRows, blobs: Store['blobs']) => Promise<Exported>
}

export const exportFormats = {
  imagefolder: { says: 'a folder for each class with the original files', write: writeImageFolder },
  csv: {
    says: 'one file with a line for each image',
    write: (to, rows) =>
      writeList(to, rows, {
        head: writeCsv([columns]),
        write: (records) => writeCsv(records.map((r) => columns.map((c) => String(r[c] ?? '')))),
        // The first row names the columns.
        read: (text) => readCsv(text).slice(1),
        equal: (read, written) =>
          Array.isArray(read) && columns.every((c, i) => String(written[c] ?? '') === read[i]),
      }),
  },
  jsonl: {
    says: 'one file with a JSON object for each image',
    write: (to, rows) =>
      writeList(to, rows, {
        head: '',
        write: writeJsonLines,
        read: readJsonLines,
        equal: (read, written) => JSON.stringify(read) === JSON.stringify(written),
      }),
  },
} satisfies Record<string, ExportFormat>

const columns = ['path', 'label', 'group', 'split', 'guess', 'confidence', 'sha256'] as const
type ListRecord = Readonly<Record<(typeof columns)[number], string | number | null>>

const recordOf = ({ image, label, guess }: ExportedRow): ListRecord => ({
  path: image.name,
  label,
  group: image.group,
  split: image.split,
  guess: guess?.class ?? null,
  confidence: guess?.confidence ?? null,
  sha256: image.hash,
})

type ListFormat = {
  readonly head: string
  readonly write: (records: readonly ListRecord[]) => string
  readonly read: (text: string) => readonly unknown[]
  readonly equal: (read: unknown, written: ListRecord) => boolean
}

async function writeList(to: string, rows: ExportedRows, format: ListFormat): Promise<Exported> {
  const written: ListRecord[] = []
  await writeFile(to, format.head)
  for await (const page of rows) {
    const records = page.map(recordOf)
    await appendFile(to, format.write(records))
    written.push(...records)
  }
  const read = format.read(await readFile(to, 'utf8'))
  const verified =
    read.length > written.length ? 0 : read.filter((r, i) => format.equal(r, written[i]!)).length
  return { images: written.length, verified, files: 1 }
}

/** Guessed images lie in the folder of their guess; which they are stands in `guesses.csv`. */
async function writeImageFolder(to: string, rows: ExportedRows, blobs: Store['blobs']): Promise<Exported> {
  await mkdir(to, { recursive: true })
  const folders = folderNames()
  const guessed: string[][] = []
  let [images, verified] = [0, 0]
  for await (const page of rows) {
    for (const { image, label, guess } of page) {
      const name = label ?? guess?.class
      if (name === undefined) continue
      const folder = folders.of(name)
      const file = path.join(folder, folders.file(folder, nameOf(image)))
      await mkdir(path.join(to, folder), { recursive: true })
      await writeFile(path.join(to, file), await blobs.get(image.hash), { flag: 'wx' })
      images++
      if (hashOf(await readFile(path.join(to, file))) === image.hash) verified++
      if (label === null) guessed.push([file.replaceAll('\\', '/'), name, String(guess!.confidence)])
    }
  }
  if (guessed.length === 0) return { images, verified, files: images }
  await writeFile(path.join(to, 'guesses.csv'), writeCsv([['path', 'guess', 'confidence'], ...guessed]))
  return { images, verified, files: images + 1 }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const extensions = { jpeg: '.jpg', png: '.png', webp: '.webp' } as const

/** The name it came with, with the extension that is true of its bytes. */
function nameOf(image: Image): string {
  const base = image.name.split(/[/\\]/).at(-1) ?? ''
  const given = path.extname(base).toLowerCase()
  const isTrue = given === extensions[image.format] || (given === '.jpeg' && image.format === 'jpeg')
  const stem = path.basename(base, path.extname(base))
  return safeName(stem, `image-${image.id}`) + (isTrue ? given : extensions[image.format])
}
