import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure, sentenceOf } from '../base/index.ts'
import { readCsv, readJsonLines } from '../formats/index.ts'
import type { Found, Place } from './place.ts'

type Row = { readonly path?: unknown; readonly label?: unknown; readonly group?: unknown }

/** Rows of path, label and group; paths are relative to the list itself. */
export async function* foundInList({ at }: Place): AsyncGenerator<Found> {
  const rows = rowsOf(at, await readFile(at, 'utf8'))
  for (const [index, row] of rows.entries()) yield foundOf(row, index + 1, path.dirname(at))
}

function rowsOf(at: string, text: string): readonly Row[] {
  try {
    return /\.csv$/i.test(at) ? recordsOf(readCsv(text)) : (readJsonLines(text) as readonly Row[])
  } catch (error) {
    throw new Failure('bad-input', `cannot read "${path.basename(at)}": ${sentenceOf(error)}`, {
      cause: error,
    })
  }
}

/** By the header where there is one, else in the order path, label, group. */
function recordsOf([first, ...rest]: readonly (readonly string[])[]): readonly Row[] {
  if (!first) return []
  const header = first.map((cell) => cell.trim().toLowerCase())
  const hasHeader = header.includes('path')
  const columns = hasHeader ? header : ['path', 'label', 'group']
  return (hasHeader ? rest : [first, ...rest]).map((row) =>
    Object.fromEntries(columns.map((column, i) => [column, row[i]])),
  )
}

function foundOf(row: Row, number: number, folder: string): Found {
  const named = textOf(row?.path)
  if (named === null) return { name: `row ${number}`, reason: 'it names no path' }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(named)) {
    return { name: named, reason: 'it is an address, and nothing is fetched: list files on this machine' }
  }
  const at = path.resolve(folder, named)
  const name = named.replaceAll('\\', '/')
  return { name, source: { path: at }, label: textOf(row.label), group: textOf(row.group) }
}

const textOf = (value: unknown): string | null => {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
  return text === '' ? null : text
}
