import type { InputOf } from '../../steps/index.ts'

export type Filter = Omit<InputOf<'images'>, 'after' | 'at' | 'size'>

type Query = Readonly<Record<string, string | undefined>>
const splits = ['train', 'validation', 'test'] as const

/** What the address asks for; guesses can only be asked about once a version guesses. */
export function filterOf(project: string, query: Query, hasGuesses: boolean): Filter {
  const { label, text } = query
  const split = splits.find((name) => name === query['split'])
  return {
    project,
    ...(label ? { label } : {}),
    ...(split ? { split } : {}),
    ...(text ? { text } : {}),
    ...(hasGuesses ? aboutGuesses(query) : {}),
  }
}

function aboutGuesses(query: Query): Partial<Filter> {
  const { guess, min, max } = query
  return {
    ...(guess ? { guess } : {}),
    ...(shareIn(min) !== undefined ? { confidenceMin: shareIn(min)! } : {}),
    ...(shareIn(max) !== undefined ? { confidenceMax: shareIn(max)! } : {}),
    ...(query['order'] === 'unsure' ? { order: 'unsure first' as const } : {}),
  }
}

function shareIn(text: string | undefined): number | undefined {
  const share = Number(text)
  return text && share >= 0 && share <= 1 ? share : undefined
}

/** Whether an image with this label still belongs on the sheet. */
export function isShown(label: string | null, filter: Filter): boolean {
  if (filter.label === undefined) return true
  if (filter.label === 'none') return label === null
  return filter.label === 'any' ? label !== null : label === filter.label
}
export const isFiltered = (query: Query): boolean =>
  ['label', 'split', 'guess', 'min', 'max', 'text'].some((key) => query[key])
