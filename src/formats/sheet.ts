// The sheet that lies in every set we write: what other programs have no place for is kept there, in CSV.
import { splits, type Split } from '../base/index.ts'
import { readCsv, writeCsv } from './csv.ts'
import type { Guess, SetImage } from './set.ts'

export const sheetName = 'bowerbird.csv'
export const isSheet = (path: string): boolean => path === sheetName || path.endsWith(`/${sheetName}`)

const columns = ['path', 'label', 'group', 'split', 'guess', 'confidence', 'sha256', 'name'] as const

export type SheetRow = {
  readonly file: string
  readonly name: string
  readonly hash: string
  readonly label: string | null
  readonly guess: Guess | null
  readonly group: string | null
  readonly split: Split | null
}

export const sheetHead: string = writeCsv([columns])

export const writeSheet = (images: readonly SetImage[]): string =>
  writeCsv(
    images.map(({ file, label, group, split, guess, hash, name }) => [
      file,
      label ?? '',
      group ?? '',
      split,
      guess?.class ?? '',
      guess === null ? '' : String(guess.confidence),
      hash,
      name,
    ]),
  )

/** None of a file that has no such columns: another program may use that name too. */
export function readSheet(text: string): readonly SheetRow[] {
  const [head = [], ...rows] = readCsv(text)
  const places = columns.map((column) => head.indexOf(column))
  return places.includes(-1) ? [] : rows.map((row) => rowOf(places.map((place) => row[place] ?? '')))
}

function rowOf([
  file = '',
  label,
  group,
  split,
  guess,
  confidence,
  hash = '',
  name = '',
]: readonly string[]): SheetRow {
  return {
    file,
    name,
    hash,
    label: label || null,
    guess: guess ? { class: guess, confidence: Number(confidence) } : null,
    group: group || null,
    split: splits.find((known) => known === split) ?? null,
  }
}
