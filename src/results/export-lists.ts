// Exports that are one file of lines, without the pictures.
import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { readCsv, readJsonLines, writeCsv, writeJsonLines } from '../formats/index.ts'
import { type Exported, type ExportedRow, type ExportedRows, noneOfSplits } from './exported.ts'

const columns = ['path', 'label', 'group', 'split', 'guess', 'confidence', 'sha256'] as const
type ListRecord = Readonly<Record<(typeof columns)[number], string | number | null>>

type ListFormat = {
  readonly head: string
  readonly write: (records: readonly ListRecord[]) => string
  readonly read: (text: string) => readonly unknown[]
  readonly equal: (read: unknown, written: ListRecord) => boolean
}

export const csvList: ListFormat = {
  head: writeCsv([columns]),
  write: (records) => writeCsv(records.map((r) => columns.map((c) => String(r[c] ?? '')))),
  // The first row names the columns.
  read: (text) => readCsv(text).slice(1),
  equal: (read, written) =>
    Array.isArray(read) && columns.every((c, i) => String(written[c] ?? '') === read[i]),
}

export const jsonList: ListFormat = {
  head: '',
  write: writeJsonLines,
  read: readJsonLines,
  equal: (read, written) => JSON.stringify(read) === JSON.stringify(written),
}

export async function writeList(to: string, rows: ExportedRows, format: ListFormat): Promise<Exported> {
  const written: ListRecord[] = []
  const bySplit = noneOfSplits()
  await writeFile(to, format.head)
  for await (const page of rows) {
    const records = page.map(recordOf)
    await appendFile(to, format.write(records))
    written.push(...records)
    for (const { image } of page) bySplit[image.split]++
  }
  const read = format.read(await readFile(to, 'utf8'))
  const verified =
    read.length > written.length ? 0 : read.filter((r, i) => format.equal(r, written[i]!)).length
  return { images: written.length, verified, files: 1, bySplit }
}

const recordOf = ({ image, label, guess }: ExportedRow): ListRecord => ({
  path: image.name,
  label,
  group: image.group,
  split: image.split,
  guess: guess?.class ?? null,
  confidence: guess?.confidence ?? null,
  sha256: image.hash,
})
