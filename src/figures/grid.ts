import { element, escapeText, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** A square of cells, the same names beside it and above it. */
export type Grid = {
  readonly names: readonly string[]
  /** Room for the names, and the side of a cell. */
  readonly margin: number
  readonly cell: number
  readonly size: { readonly width: number; readonly height: number }
}

export function gridOf(names: readonly string[], width: number): Grid {
  const margin = Math.min(110, Math.max(...names.map((name) => name.length), 4) * 6.6 + 12)
  const cell = Math.max(6, Math.min(48, (width - margin) / Math.max(1, names.length)))
  const side = margin + cell * names.length
  return { names, margin, cell, size: { width: side, height: side } }
}

type Box = {
  readonly fill: string
  readonly opacity: number
  readonly text: string
  readonly isBold?: boolean
}
type Place = { readonly row: number; readonly column: number }

/** Its text only where there is room for it. */
export function box(
  { margin, cell }: Grid,
  { row, column }: Place,
  { fill, opacity, text, isBold, theme }: Box & { readonly theme: Theme },
): Svg {
  const at = { x: margin + column * cell, y: margin + row * cell }
  const rounded = { rx: Math.min(4, cell / 6), fill, 'fill-opacity': opacity }
  const words = write(text, {
    x: at.x + cell / 2,
    y: at.y + cell / 2 + 4,
    'text-anchor': 'middle',
    'font-family': theme.font,
    'font-size': cell < 30 ? 10 : 12,
    'font-weight': isBold ? 700 : undefined,
    fill: theme.text,
  })
  const area = { x: at.x + 1, y: at.y + 1, width: cell - 2, height: cell - 2 }
  return element('rect', { ...area, ...rounded }) + (text !== '' && cell >= 22 ? words : '')
}

/** What is shown when the pointer rests on it. */
export const hint = (says: string): Svg => element('title', {}, escapeText(says))

export function titles({ names, margin, cell }: Grid, theme: Theme): readonly Svg[] {
  if (cell < 11) return []
  const words = { 'font-family': theme.font, 'font-size': 12, fill: theme.muted }
  return names.flatMap((name, i) => {
    const middle = margin + (i + 0.5) * cell
    const turned = `translate(${middle + 4} ${margin - 8}) rotate(-90)`
    return [
      write(shorten(name), { x: margin - 8, y: middle + 4, 'text-anchor': 'end', ...words }),
      write(shorten(name), { transform: turned, ...words }),
    ]
  })
}

const shorten = (name: string): string => (name.length > 16 ? `${name.slice(0, 15)}…` : name)
