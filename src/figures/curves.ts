// Several learning curves on one sheet, each a mean with its band.
import { axes, countTicks, shareTicks, wordsOf, type Size } from './axes.ts'
import { colourOf } from './colours.ts'
import type { CurvePoint } from './curve.ts'
import { scaleOf, shareRange, type Scale } from './scale.ts'
import { element, figure, short, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

export type Line = { readonly name: string; readonly points: readonly CurvePoint[] }

const margin = { top: 14, right: 150, bottom: 26, left: 40 }
const lineHeight = 15

/** The best at the end is named first. */
export function curves(lines: readonly Line[], size: Size, theme: Theme): Svg {
  const drawn = lines
    .filter((line) => line.points.length > 0)
    .sort((a, b) => b.points.at(-1)!.value - a.points.at(-1)!.value)
  const points = drawn.flatMap((line) => line.points)
  if (points.length === 0) return figure(size, 'No session has been played yet')
  const [first, last] = [Math.min(...points.map((p) => p.labels)), Math.max(...points.map((p) => p.labels))]
  // Of the means: bands of few seeds are wide, and would press all lines together.
  const shares = shareRange(points.map((p) => p.value))
  const right = size.width - margin.right
  const x = scaleOf(first === last ? [0, last] : [first, last], [margin.left, right])
  const y = scaleOf(shares, [size.height - margin.bottom, margin.top])
  const xTicks = countTicks([first, last], size.width / 110)
  const yTicks = shareTicks(shares, 5)
  return figure(
    size,
    `Accuracy after ${last} labels: ${drawn.map(nameOf).join(', ')}`,
    axes({ x, y, xTicks, yTicks, sides: margin }, size, theme),
    write('labels', { x: right + 10, y: size.height - 8, ...wordsOf(theme) }),
    ...drawn.map((line, i) => band(line, { x, y, colour: colourOf(i), shares })),
    ...drawn.map((line, i) => path(line, { x, y, colour: colourOf(i), shares })),
    ...drawn.map((line, i) => legend(line, { at: i, size, theme })),
  )
}

const nameOf = ({ name, points }: Line): string => `${name} ${(100 * points.at(-1)!.value).toFixed(1)}%`

type Drawn = {
  readonly x: Scale
  readonly y: Scale
  readonly colour: string
  readonly shares: readonly [number, number]
}
function band({ points }: Line, { x, y, colour, shares }: Drawn): Svg {
  const at = (p: CurvePoint, share: number) =>
    `${short(x(p.labels))},${short(y(Math.min(shares[1], Math.max(shares[0], share))))}`
  const outline = [...points.map((p) => at(p, p.high)), ...[...points].reverse().map((p) => at(p, p.low))]
  return element('polygon', { points: outline.join(' '), fill: colour, 'fill-opacity': 0.1 })
}

function path({ points }: Line, { x, y, colour }: Drawn): Svg {
  const at = points.map((p) => `${short(x(p.labels))},${short(y(p.value))}`).join(' ')
  return element('polyline', { points: at, fill: 'none', stroke: colour, 'stroke-width': 2 })
}

function legend(line: Line, of: { readonly at: number; readonly size: Size; readonly theme: Theme }): Svg {
  const y = margin.top + 6 + of.at * lineHeight
  const x = of.size.width - margin.right + 12
  return (
    element('line', { x1: x, x2: x + 14, y1: y - 4, y2: y - 4, stroke: colourOf(of.at), 'stroke-width': 2 }) +
    write(nameOf(line), { x: x + 20, y, 'font-family': of.theme.font, 'font-size': 11, fill: of.theme.text })
  )
}
