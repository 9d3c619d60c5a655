import { element, figure, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** A share by name, with its own colour where it has one. */
export type Bar = { readonly name: string; readonly share: number; readonly colour?: string }

const rowHeight = 26

/** Shares of one, longest first, each named beside its bar. */
export function bars(given: readonly Bar[], size: { readonly width: number }, theme: Theme): Svg {
  const sorted = [...given].sort((a, b) => b.share - a.share)
  const names = Math.min(140, Math.max(...sorted.map(({ name }) => name.length), 4) * 7 + 10)
  const room = Math.max(20, size.width - names - 48)
  const words = { 'font-family': theme.font, 'font-size': 13 }
  const rows = sorted.map(({ name, share, colour }, i) => {
    const y = i * rowHeight
    const length = Math.max(2, share * room)
    return (
      write(name, { x: names - 10, y: y + 17, 'text-anchor': 'end', fill: theme.text, ...words }) +
      element('rect', {
        x: names,
        y: y + 6,
        width: room,
        height: 14,
        rx: 3,
        fill: theme.line,
        'fill-opacity': 0.4,
      }) +
      element('rect', {
        x: names,
        y: y + 6,
        width: length,
        height: 14,
        rx: 3,
        fill: colour ?? theme.accent,
      }) +
      write(share.toFixed(2), { x: names + room + 8, y: y + 17, fill: theme.muted, ...words })
    )
  })
  const [most] = sorted
  const says = most ? `${most.name}, ${(most.share * 100).toFixed(0)}%` : 'Nothing to compare'
  return figure({ width: size.width, height: sorted.length * rowHeight }, says, ...rows)
}
