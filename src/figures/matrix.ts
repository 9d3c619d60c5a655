import { element, escapeText, figure, write, type Svg } from './svg.ts'
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
  const names = Math.min(110, Math.max(...classes.map((name) => name.length), 4) * 6.6 + 12)
  const cell = Math.max(6, Math.min(48, (size.width - names) / Math.max(1, classes.length)))
  const whole = { width: names + cell * classes.length, height: names + cell * classes.length }
  const cells = counts.flatMap((row, i) =>
    row.map((count, j) => cellOf({ count, row, i, j, names, cell, classes, theme })),
  )
  return figure(whole, finding(confusion), ...cells, ...titles({ classes, names, cell, theme }))
}

type Cell = {
  readonly count: number
  readonly row: readonly number[]
  readonly i: number
  readonly j: number
  readonly names: number
  readonly cell: number
  readonly classes: readonly string[]
  readonly theme: Theme
}
function cellOf({ count, row, i, j, names, cell, classes, theme }: Cell): Svg {
  const share = count / (row.reduce((a, b) => a + b, 0) || 1)
  const at = { x: names + j * cell, y: names + i * cell }
  const says = `${classes[i]} taken for ${classes[j]}: ${count}`
  const box = element('rect', {
    x: at.x + 1,
    y: at.y + 1,
    width: cell - 2,
    height: cell - 2,
    rx: Math.min(4, cell / 6),
    fill: count === 0 ? theme.line : i === j ? theme.good : theme.bad,
    'fill-opacity': count === 0 ? 0.35 : 0.12 + 0.55 * share,
  })
  const number = write(String(count), {
    x: at.x + cell / 2,
    y: at.y + cell / 2 + 4,
    'text-anchor': 'middle',
    'font-family': theme.font,
    'font-size': cell < 30 ? 10 : 12,
    fill: theme.text,
  })
  const shown = count > 0 && cell >= 22 ? number : ''
  return element(
    'g',
    { 'data-truth': classes[i], 'data-guess': classes[j] },
    element('title', {}, escapeText(says)),
    box,
    shown,
  )
}

function titles(of: Pick<Cell, 'classes' | 'names' | 'cell' | 'theme'>): readonly Svg[] {
  const { classes, names, cell, theme } = of
  if (cell < 11) return []
  const words = { 'font-family': theme.font, 'font-size': 12, fill: theme.muted }
  return classes.flatMap((name, i) => {
    const middle = names + (i + 0.5) * cell
    const turned = `translate(${middle + 4} ${names - 8}) rotate(-90)`
    return [
      write(shorten(name), { x: names - 8, y: middle + 4, 'text-anchor': 'end', ...words }),
      write(shorten(name), { transform: turned, ...words }),
    ]
  })
}

const shorten = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name)
