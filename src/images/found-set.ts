// A place may say itself what its images show: in our sheet, or in the files of a format that others write.
import { Failure, sentenceOf } from '../base/index.ts'
import { isSetFile, isSheet, readSheet, setIn, type SetFolder } from '../formats/index.ts'
import { labelOfName } from './names.ts'
import type { Found } from './place.ts'

type Said = { readonly name: string; readonly label: string | null; readonly group: string | null }
type Rows = ReadonlyMap<string, Said>
type Walk = () => AsyncIterable<Found>

/** What `walk` finds, named and labelled as the place's own files say; those are no images and left out. */
export async function* foundInSet(
  walk: Walk,
  look: () => Promise<SetFolder | undefined>,
): AsyncGenerator<Found> {
  let marks: readonly string[] = []
  let rows: Rows = new Map()
  try {
    const folder = await look()
    marks = folder?.paths.filter(isSetFile) ?? []
    if (folder) rows = await rowsIn(folder)
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof RangeError)) throw error
    yield { name: marks[0] ?? 'the set', reason: `what it says of images is not read: ${sentenceOf(error)}` }
  }
  if (rows.size === 0) yield* walk()
  else yield* told(walk(), rows, new Set(marks))
}

async function rowsIn(folder: SetFolder): Promise<Rows> {
  const sheets = new Map<string, Said>()
  for (const path of folder.paths.filter(isSheet)) {
    const root = path.slice(0, path.lastIndexOf('/') + 1)
    for (const row of readSheet(await folder.text(path))) sheets.set(root + row.file, row)
  }
  if (sheets.size > 0) return sheets
  const rows = (await setIn(folder.paths)?.read(folder)) ?? []
  // Captions and the like, beside folders of classes.
  if (rows.every((row) => row.class === null)) return new Map()
  // A guess is no label: only a person makes it one.
  return new Map(
    rows.map((row) => [row.file, { name: row.file, label: row.isGuess ? null : row.class, group: null }]),
  )
}

async function* told(
  walk: AsyncIterable<Found>,
  rows: Rows,
  marks: ReadonlySet<string>,
): AsyncGenerator<Found> {
  const hasFormat = [...marks].some((name) => !isSheet(name))
  const missing = new Set(rows.keys())
  for await (const one of walk) {
    const said = rows.get(one.name)
    missing.delete(one.name)
    if (marks.has(one.name)) continue
    if ('reason' in one) yield one
    else if (said) yield { ...one, name: said.name, label: said.label, group: said.group }
    // In a set of class folders, more images may have been put; elsewhere a folder is no class.
    else yield { ...one, label: hasFormat ? null : labelOfName(one.name) }
  }
  for (const name of missing) yield { name, reason: 'the set names it, and it is not there' }
}
