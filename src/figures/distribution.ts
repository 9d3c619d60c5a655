import { element, escapeText, figure, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

export type ClassCount = { readonly name: string; readonly count: number; readonly colour?: string }

const manyClasses = 40 // beyond, rows are as thin as names can be read

/** How many images each class has, the largest first. */
export function distribution(
  given: readonly ClassCount[],
  size: { readonly width: number },
  theme: Theme,
): Svg {
  const sorted = [...given].sort((a, b) => b.count - a.count)
  const total = sorted.reduce((sum, { count }) => sum + count, 0)
  const [most] = sorted
  if (!most) return figure({ width: size.width, height: 0 }, 'There are no classes yet')
  const row = sorted.length > manyClasses ? 15 : 22
  const names = Math.min(160, Math.max(...sorted.map(({ name }) => name.length), 4) * 7 + 12)
  const room = Math.max(20, size.width - names - 90)
  const words = { 'font-family': theme.font, 'font-size': row > 15 ? 12 : 10 }
  const rows = sorted.map(({ name, count, colour }, i) => {
    const share = total === 0 ? 0 : count / total
    const y = i * row + row * 0.7
    const bar = element('rect', {
      x: names,
      y: i * row + row * 0.18,
      width: Math.max(1, (room * count) / Math.max(1, most.count)),
      height: row * 0.64,
      rx: 2,
      fill: colour ?? theme.accent,
    })
    return element(
      'g',
      {},
      element('title', {}, escapeText(`${name}: ${count} images, ${percentOf(share)}`)),
      write(fitted(name, names / 7.6), { x: names - 8, y, 'text-anchor': 'end', fill: theme.text, ...words }),
      bar,
      write(`${count.toLocaleString('en')} · ${percentOf(share)}`, {
        x: names + Math.max(1, (room * count) / Math.max(1, most.count)) + 6,
        y,
        fill: theme.muted,
        ...words,
      }),
    )
  })
  const least = sorted.at(-1)!
  const says =
    `${total.toLocaleString('en')} images of ${sorted.length} classes: ` +
    `most are ${most.name} (${most.count}), fewest ${least.name} (${least.count})`
  return figure({ width: size.width, height: sorted.length * row }, says, ...rows)
}

const percentOf = (share: number): string => `${(share * 100).toFixed(share < 0.1 && share > 0 ? 1 : 0)}%`
export const fitted = (name: string, letters: number): string =>
  name.length > letters ? `${name.slice(0, Math.max(1, Math.floor(letters) - 1))}…` : name
