// A folder may say itself what its images show: in our sheet, or in the files of a format that others write.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure, sentenceOf } from '../base/index.ts'
import { isSetFile, readSheet, setIn, sheetName, type SetFolder } from '../formats/index.ts'
import { labelOfName } from './names.ts'
import type { Found } from './place.ts'

type Said = { readonly name: string; readonly label: string | null; readonly group: string | null }
type Rows = ReadonlyMap<string, Said>

/** The same things, told apart by what the folder's own files say; those files are no images and left out. */
export async function* foundInSet(root: string, walk: () => AsyncIterable<Found>): AsyncGenerator<Found> {
  const marks: string[] = []
  for await (const { name } of walk()) if (isSetFile(name)) marks.push(name)
  if (marks.length === 0) return yield* walk()
  const paths: string[] = []
  for await (const { name } of walk()) paths.push(name)
  const text = (file: string) => readFile(path.join(root, file), 'utf8')
  let rows: Rows
  try {
    rows = await rowsIn({ paths, text })
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof RangeError)) throw error
    yield { name: marks.join(', '), reason: `what it says of images is not read: ${sentenceOf(error)}` }
    return yield* walk()
  }
  if (rows.size === 0) return yield* walk()
  yield* told(walk(), rows, { hasFormat: marks.some((name) => name !== sheetName), marks: new Set(marks) })
}

async function rowsIn(folder: SetFolder): Promise<Rows> {
  const sheet = folder.paths.includes(sheetName) ? readSheet(await folder.text(sheetName)) : []
  if (sheet.length > 0) return new Map(sheet.map((row) => [row.file, row]))
  const rows = (await setIn(folder.paths)?.read(folder)) ?? []
  // Captions and the like, beside folders of classes.
  if (rows.every((row) => row.class === null)) return new Map()
  // A guess is no label: only a person makes it one.
  return new Map(
    rows.map((row) => [row.file, { name: row.file, label: row.isGuess ? null : row.class, group: null }]),
  )
}

type Marks = { readonly marks: ReadonlySet<string>; readonly hasFormat: boolean }

async function* told(
  walk: AsyncIterable<Found>,
  rows: Rows,
  { marks, hasFormat }: Marks,
): AsyncGenerator<Found> {
  const missing = new Map(rows)
  for await (const one of walk) {
    const said = rows.get(one.name)
    missing.delete(one.name)
    if (marks.has(one.name)) continue
    if ('reason' in one) yield one
    else if (said) yield { ...one, name: said.name, label: said.label, group: said.group }
    // In a set of class folders, more images may have been put; elsewhere a folder is no class.
    else yield { ...one, label: hasFormat ? null : labelOfName(one.name) }
  }
  for (const name of missing.keys()) yield { name, reason: 'the set names it, and it is not there' }
}
