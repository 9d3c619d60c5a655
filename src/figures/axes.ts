// The frame of a figure with two axes: lines across at the ticks of y, words below at those of x.
import { ticksOf, type Scale } from './scale.ts'
import { element, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

export type Size = { readonly width: number; readonly height: number }
export const margin = { top: 14, right: 16, bottom: 26, left: 44 }

type Tick = { readonly at: number; readonly says: string }
export type Frame = {
  readonly x: Scale
  readonly y: Scale
  readonly xTicks: readonly Tick[]
  readonly yTicks: readonly Tick[]
  /** Where the figure has its own: how far the lines stay from the sides, and the words from the bottom. */
  readonly sides?: { readonly left: number; readonly right: number }
  readonly wordsAbove?: number
}

export function axes(frame: Frame, size: Size, theme: Theme): Svg {
  const { x, y, xTicks, yTicks, sides = margin, wordsAbove = 8 } = frame
  const words = wordsOf(theme)
  const across = yTicks.map(
    ({ at, says }) =>
      element('line', {
        x1: sides.left,
        x2: size.width - sides.right,
        y1: y(at),
        y2: y(at),
        stroke: theme.line,
      }) + write(says, { x: sides.left - 6, y: y(at) + 4, 'text-anchor': 'end', ...words }),
  )
  const below = xTicks.map(({ at, says }) =>
    write(says, { x: x(at), y: size.height - wordsAbove, 'text-anchor': 'middle', ...words }),
  )
  return [...across, ...below].join('')
}

export const wordsOf = (theme: Theme) => ({ 'font-family': theme.font, 'font-size': 11, fill: theme.muted })

export const shareTicks = (range: readonly [number, number], wanted: number): readonly Tick[] =>
  ticksOf(...range, wanted).map((at) => ({ at, says: `${Math.round(at * 100)}%` }))

/** Labels are counted: between whole numbers there is none. */
export const countTicks = (range: readonly [number, number], wanted: number): readonly Tick[] =>
  ticksOf(...range, wanted)
    .filter((at) => Number.isInteger(at))
    .map((at) => ({ at, says: String(at) }))
