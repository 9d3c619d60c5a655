// The results as sets of other programs, beside the class folders: each is read back before it counts.
import { mkdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure, inOrder, timeLeft, type Hash, type Image, type ImageId } from '../../base/index.ts'
import {
  exportFormats,
  type ExportedRow,
  type ImageRecord,
  type Item,
  type Metadata,
} from '../../results/index.ts'
import type { World } from '../world.ts'
import type { AnnotateOutput } from './fields.ts'

export type ExportName = keyof typeof exportFormats
type Written = AnnotateOutput['exports']

const filesAtOnce = 8
const pageRows = 1000
const toldEvery = 200

type Labelled = { readonly metadata: Metadata; readonly items: readonly Item[] }

/** Of pictures that lie in class folders of `to`; what a person said is a label, the rest are guesses. */
export async function writeExports(
  to: string,
  { metadata, items }: Labelled,
  { names, world }: { readonly names: readonly ExportName[]; readonly world: World },
): Promise<Written> {
  if (names.length === 0) return []
  const seen = await lookedAt(to, metadata, world)
  const rows = seen.map((its, i) => rowOf(its, items[its.row]!, i))
  const fileOf = new Map(seen.map(({ hash, record }) => [hash, record.file!]))
  const bytesOf = (hash: Hash) => readFile(path.join(to, fileOf.get(hash)!))
  const classes = metadata.classes.map(({ name }) => name)
  const written: Written[number][] = []
  await mkdir(path.join(to, 'exports'))
  for (const format of new Set(names)) {
    world.progress({ done: 0, total: null, sentence: `exporting as ${format}, and reading it back` })
    const at = path.join(to, 'exports', isList(format) ? `labels.${format}` : format)
    const options = { title: metadata.title, classes, splits: true, bytesOf, signal: world.signal }
    const { images, verified } = await exportFormats[format].write(at, pages(rows), options)
    if (verified < images) throw unequal(format, images - verified, images)
    written.push({ format, images, verified })
  }
  return written
}

const isList = (format: ExportName): boolean => format === 'csv' || format === 'jsonl'

const unequal = (format: string, count: number, of: number): Failure =>
  new Failure(
    'corrupt-data',
    `cannot export as ${format}: every image must read back as it was written, and ${count} of ${of} do not`,
  )

async function* pages(rows: readonly ExportedRow[]) {
  for (let from = 0; from < rows.length; from += pageRows) yield rows.slice(from, from + pageRows)
}

type Seen = Pick<Image, 'hash' | 'width' | 'height' | 'format'> & {
  readonly record: ImageRecord
  readonly row: number
}

/** Sizes and checksums are seen in the pictures themselves; what is none is left out. */
async function lookedAt(to: string, metadata: Metadata, world: World): Promise<readonly Seen[]> {
  const { images, now, progress, signal } = world
  const placed = [...metadata.images.entries()].filter(([, { file }]) => file !== null)
  const began = now()
  const all: Seen[] = []
  let done = 0
  const look = async ([row, record]: readonly [number, ImageRecord]): Promise<Seen | null> => {
    const its = await images.inspect({ path: path.join(to, record.file!) }).catch(() => null)
    return its && { ...its, record, row }
  }
  for await (const seen of inOrder(placed, filesAtOnce, look)) {
    signal.throwIfAborted()
    if (seen) all.push(seen)
    if (++done % toldEvery > 0) continue
    const left = timeLeft({ done, total: placed.length, ms: now() - began })
    const sentence = `looking at ${placed.length.toLocaleString('en')} pictures${left}`
    progress({ done, total: placed.length, sentence })
  }
  return all
}

const splitOf = { train: 'train', val: 'validation', test: 'test' } as const

function rowOf({ record, hash, width, height, format }: Seen, { group }: Item, i: number): ExportedRow {
  const { path: name, label, confidence, split, said } = record
  const id = (i + 1) as ImageId
  return {
    image: { id, name, hash, width, height, format, group, split: splitOf[split], nearTo: null },
    label: said ? label : null,
    guess: said ? null : { class: label, confidence },
  }
}
