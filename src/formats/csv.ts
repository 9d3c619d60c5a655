import { parse } from 'csv-parse/sync'
import { Failure, sentenceOf } from '../base/index.ts'

/** Rows of cells as RFC 4180 has them: quotes, commas and line breaks inside cells; empty lines are none. */
export function readCsv(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, { bom: true, relax_column_count: true, skip_empty_lines: true })
  } catch (error) {
    throw new Failure('bad-input', `it is not CSV: ${sentenceOf(error)}`, { cause: error })
  }
}

/** Quoted only where it must be, lines ended by a line feed; `readCsv` gives the same rows back. */
export const writeCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${cells(row)}\n`).join('')

/** A lone empty cell is quoted: its line would be empty, and empty lines are none. */
const cells = (row: readonly string[]): string =>
  row.length === 1 && row[0] === '' ? '""' : row.map(cell).join(',')

const cell = (text: string): string =>
  /[",\n\r\uFEFF]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
