import { Failure, sentenceOf } from '../base/index.ts'

/** One JSON value a line; empty lines are none. */
export function readJsonLines(text: string): readonly unknown[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n')
  return lines.flatMap((line, index) => (line.trim() === '' ? [] : [read(line, index + 1)]))
}

function read(line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new Failure('bad-input', `line ${number} is not JSON: ${sentenceOf(error)}`, { cause: error })
  }
}

export const writeJsonLines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')
