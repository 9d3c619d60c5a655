// The frame of a figure with two axes: lines across at the ticks of y, words below at those of x.
import type { Scale } from './scale.ts'
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
}

export function axes({ x, y, xTicks, yTicks }: Frame, size: Size, theme: Theme): Svg {
  const words = { 'font-family': theme.font, 'font-size': 11, fill: theme.muted }
  const across = yTicks.map(
    ({ at, says }) =>
      element('line', {
        x1: margin.left,
        x2: size.width - margin.right,
        y1: y(at),
        y2: y(at),
        stroke: theme.line,
      }) + write(says, { x: margin.left - 6, y: y(at) + 4, 'text-anchor': 'end', ...words }),
  )
  const below = xTicks.map(({ at, says }) =>
    write(says, { x: x(at), y: size.height - 8, 'text-anchor': 'middle', ...words }),
  )
  return [...across, ...below].join('')
}
