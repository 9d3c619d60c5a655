import { sumOf } from '../math/index.ts'
import { box, gridOf, hint, titles, type Grid } from './grid.ts'
import { element, figure, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** Counts: rows are the truth, columns the guess. */
export type Confusion = {
  readonly classes: readonly string[]
  readonly counts: readonly (readonly number[])[]
}
export type Mistake = { readonly truth: string; readonly guess: string; readonly count: number }

/** The pairs most often mixed up, most often first. */
export function mistakes({ classes, counts }: Confusion, max: number): readonly Mistake[] {
  return counts
    .flatMap((row, i) =>
      row.map((count, j) => ({ truth: classes[i] ?? '', guess: classes[j] ?? '', count, isRight: i === j })),
    )
    .filter(({ isRight, count }) => !isRight && count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, max)
    .map(({ truth, guess, count }) => ({ truth, guess, count }))
}

/** What the matrix says, in a sentence. */
export function finding(confusion: Confusion): string {
  const [worst] = mistakes(confusion, 1)
  if (!worst) return 'Nothing was mixed up'
  const times = worst.count === 1 ? 'once' : `${worst.count} times`
  return `Most often mixed up: ${worst.truth} taken for ${worst.guess}, ${times}`
}

/** Each row shaded by its share, so that rare classes show as plainly as frequent ones. */
export function matrix(confusion: Confusion, size: { readonly width: number }, theme: Theme): Svg {
  const { classes, counts } = confusion
  const grid = gridOf(classes, size.width)
  const cells = counts.flatMap((row, i) => row.map((count, j) => cellOf({ count, row, i, j, grid, theme })))
  return figure(grid.size, finding(confusion), ...cells, ...titles(grid, theme))
}

type Cell = {
  readonly count: number
  readonly row: readonly number[]
  readonly i: number
  readonly j: number
  readonly grid: Grid
  readonly theme: Theme
}
function cellOf({ count, row, i, j, grid, theme }: Cell): Svg {
  const share = count / (sumOf(row) || 1)
  const { [i]: truth, [j]: guess } = grid.names
  const shown = {
    fill: count === 0 ? theme.line : i === j ? theme.good : theme.bad,
    opacity: count === 0 ? 0.35 : 0.12 + 0.55 * share,
    text: count > 0 ? String(count) : '',
  }
  return element(
    'g',
    { 'data-truth': truth, 'data-guess': guess },
    hint(`${truth} taken for ${guess}: ${count}`),
    box(grid, { row: i, column: j }, { ...shown, theme }),
  )
}
