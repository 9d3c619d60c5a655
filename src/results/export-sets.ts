// Writes a set of pictures and what is said of them, then reads it all back as its importers would.
import { createHash } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure, inOrder, type Hash } from '../base/index.ts'
import {
  partOf,
  type Piece,
  readSheet,
  type SetFormat,
  type SetImage,
  type SetRow,
  sheetHead,
  sheetName,
  type SheetRow,
  shown,
  writeSheet,
} from '../formats/index.ts'
import {
  type Exported,
  type ExportedImage,
  type ExportedRow,
  type ExportedRows,
  type ExportOptions,
  noneOfSplits,
} from './exported.ts'
import { folderNames, safeName } from './safe-names.ts'

type Options = ExportOptions & { readonly format: SetFormat }

const filesAtOnce = 8

export async function writeSet(to: string, rows: ExportedRows, options: Options): Promise<Exported> {
  const { format, title, classes, bytesOf } = options
  const writer = format.open({ title, classes })
  const append = appenderTo(to)
  const settle = placing(options)
  const written: SetImage[] = []
  const whole = new Set<SetImage>()
  const bySplit = noneOfSplits()
  await append([{ path: sheetName, text: sheetHead }])
  for await (const page of rows) {
    const images = page.map(settle)
    const folders = images.map(({ file }) => ({ path: file.slice(0, file.lastIndexOf('/') + 1), text: '' }))
    await append([...folders, ...images.flatMap(writer.add), { path: sheetName, text: writeSheet(images) }])
    const copied = ended(images, (image) => copyInto(to, image, bytesOf))
    let at = 0
    for await (const isWhole of copied) {
      options.signal.throwIfAborted()
      if (isWhole) whole.add(images[at]!)
      at++
    }
    for (const { split } of images) bySplit[split]++
    written.push(...images)
  }
  await append(writer.end())
  const said = await readBack(to, format)
  const verified = written.filter((image) => whole.has(image) && isSaid(image, said, format)).length
  const isMore = said.count > written.length
  return { images: written.length, verified: isMore ? 0 : verified, files: said.files, bySplit }
}

/** Where each image of the store lies in the set, and what is said of it. */
function placing({ format, splits }: Options): (row: ExportedRow) => SetImage {
  const names = folderNames()
  const isParted = splits || format.parted === 'always'
  return ({ image, label, guess }) => {
    const { name, hash, width, height, group, split } = image
    const { class: className } = shown({ label, guess })
    if (className === null && format.lacks.includes('no class')) throw withoutClass(name)
    const part = isParted ? partOf[split] : null
    const folder = format.folderOf({ part, classFolder: className === null ? '' : names.of(className) })
    const file = `${folder}/${names.file(folder, fileNameOf(image, format))}`
    return { file, name, hash, width, height, label, guess, group, split, part }
  }
}

const withoutClass = (name: string): Failure =>
  new Failure(
    'not-ready',
    `cannot export ${name}: this format has no place for an image without a class, and it has neither label nor guess`,
  )

const extensions = { jpeg: '.jpg', png: '.png', webp: '.webp' } as const

/** The name it came with, with the extension that is true of its bytes. */
function fileNameOf(image: ExportedImage, { unfit }: SetFormat): string {
  const base = image.name.split(/[/\\]/).at(-1) ?? ''
  const given = path.extname(base).toLowerCase()
  const isTrue = given === extensions[image.format] || (given === '.jpeg' && image.format === 'jpeg')
  const stem = safeName(path.basename(base, path.extname(base)), `image-${image.id}`)
  return (unfit ? stem.replaceAll(unfit, '_') : stem) + (isTrue ? given : extensions[image.format])
}

/** Puts pieces at the end of their files, several files at once, and makes folders as they come. */
function appenderTo(to: string): (pieces: readonly Piece[]) => Promise<void> {
  const there = new Set<string>()
  return async (pieces) => {
    const texts = Map.groupBy(pieces, ({ path: file }) => file)
    for (const file of texts.keys()) {
      const folder = path.join(to, file.slice(0, file.lastIndexOf('/') + 1))
      if (!there.has(folder)) await mkdir(folder, { recursive: true })
      there.add(folder)
    }
    const write = async ([file, own]: readonly [string, readonly Piece[]]) => {
      if (!file.endsWith('/')) await appendFile(path.join(to, file), own.map(({ text }) => text).join(''))
    }
    for await (const _ of ended(texts, write)) continue
  }
}

/** Several at once, in order; when it ends all that was begun has, so that the folder can be removed. */
async function* ended<T, R>(from: Iterable<T>, work: (one: T) => Promise<R>): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  const begin = (one: T): Promise<R> => {
    const result = work(one)
    begun.push(result)
    return result
  }
  try {
    yield* inOrder(from, filesAtOnce, begin)
  } finally {
    await Promise.allSettled(begun)
  }
}

async function copyInto(to: string, image: SetImage, bytesOf: Options['bytesOf']): Promise<boolean> {
  const at = path.join(to, image.file)
  await writeFile(at, await bytesOf(image.hash as Hash), { flag: 'wx' })
  return (
    createHash('sha256')
      .update(await readFile(at))
      .digest('hex') === image.hash
  )
}

type Said = {
  readonly count: number
  readonly files: number
  readonly rows: ReadonlyMap<string, SetRow>
  readonly sheet: ReadonlyMap<string, SheetRow>
}

async function readBack(to: string, format: SetFormat): Promise<Said> {
  const entries = await readdir(to, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(to, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
  const text = (file: string) => readFile(path.join(to, file), 'utf8')
  const rows = await format.read({ paths, text })
  const sheet = readSheet(await text(sheetName))
  return {
    count: Math.max(rows.length, sheet.length),
    files: paths.length,
    rows: new Map(rows.map((row) => [row.file, row])),
    sheet: new Map(sheet.map((row) => [row.file, row])),
  }
}

function isSaid(image: SetImage, { rows, sheet }: Said, { lacks }: SetFormat): boolean {
  const row = rows.get(image.file)
  const line = sheet.get(image.file)
  if (!row || !line) return false
  const wanted = shown(image)
  const { file, name, hash, label, guess, group, split } = image
  return (
    row.class === wanted.class &&
    (lacks.includes('who said it') || row.isGuess === wanted.isGuess) &&
    (lacks.includes('confidence') || row.confidence === wanted.confidence) &&
    (image.part === null || row.split === split) &&
    JSON.stringify(line) ===
      JSON.stringify({ file, name, hash, label, guess, group, split } satisfies SheetRow)
  )
}
