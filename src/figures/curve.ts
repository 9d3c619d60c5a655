import { axes, countTicks, shareTicks, wordsOf, type Size } from './axes.ts'
import { scaleOf, shareRange, type Scale } from './scale.ts'
import { element, figure, short, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** One version: how many labels it learnt from, and how good it was, with its interval. */
export type CurvePoint = {
  readonly labels: number
  readonly value: number
  readonly low: number
  readonly high: number
}
const margin = { top: 14, right: 52, bottom: 24, left: 36 }

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`
/** Half the interval's width, as people say it: 91.2 ± 1.4. */
export const plusMinus = (of: {
  readonly value: number
  readonly low: number
  readonly high: number
}): string => `${(of.value * 100).toFixed(1)} ± ${(((of.high - of.low) / 2) * 100).toFixed(1)}`

/** Accuracy over labels given: a line with its band of uncertainty, the newest point named beside it. */
export function curve(given: readonly CurvePoint[], size: Size, theme: Theme): Svg {
  const points = newestByLabels(given)
  const last = points.at(-1)
  if (!last) return figure(size, 'No version has been measured yet')
  const first = points[0]!
  const [low, high] = shareRange(points.flatMap((point) => [point.low, point.high]))
  const x = scaleOf(first.labels === last.labels ? [0, last.labels] : [first.labels, last.labels], [
    margin.left,
    size.width - margin.right,
  ])
  const y = scaleOf([low, high], [size.height - margin.bottom, margin.top])
  const xTicks = countTicks([first.labels, last.labels], size.width / 90)
  const yTicks = shareTicks([low, high], 3)
  return figure(
    size,
    `Accuracy ${plusMinus(last)}% after ${last.labels} labels`,
    axes({ x, y, xTicks, yTicks, sides: margin, wordsAbove: 6 }, size, theme),
    write('labels', { x: size.width - 2, y: size.height - 6, 'text-anchor': 'end', ...wordsOf(theme) }),
    band(points, { x, y, theme }),
    path(points, { x, y, theme }),
    newest(last, { x, y, theme }),
  )
}

/** Given oldest first; after an undo the same number of labels comes again, and the newer version counts. */
function newestByLabels(given: readonly CurvePoint[]): readonly CurvePoint[] {
  const byLabels = new Map(given.map((point) => [point.labels, point]))
  return [...byLabels.values()].sort((a, b) => a.labels - b.labels)
}

type Drawn = { readonly x: Scale; readonly y: Scale; readonly theme: Theme }

function band(points: readonly CurvePoint[], { x, y, theme }: Drawn): Svg {
  const above = points.map((p) => `${short(x(p.labels))},${short(y(p.high))}`)
  const below = [...points].reverse().map((p) => `${short(x(p.labels))},${short(y(p.low))}`)
  return element('polygon', {
    points: [...above, ...below].join(' '),
    fill: theme.accent,
    'fill-opacity': 0.16,
  })
}

function path(points: readonly CurvePoint[], { x, y, theme }: Drawn): Svg {
  const at = points.map((p) => `${short(x(p.labels))},${short(y(p.value))}`).join(' ')
  return element('polyline', {
    points: at,
    fill: 'none',
    stroke: theme.accent,
    'stroke-width': 2,
    'stroke-linejoin': 'round',
    'stroke-linecap': 'round',
  })
}

function newest(last: CurvePoint, { x, y, theme }: Drawn): Svg {
  const at = { x: x(last.labels), y: y(last.value) }
  return (
    element('line', { x1: at.x, x2: at.x, y1: y(last.low), y2: y(last.high), stroke: theme.accent }) +
    element('circle', {
      class: 'newest',
      cx: at.x,
      cy: at.y,
      r: 4,
      fill: theme.accent,
      stroke: theme.ground,
      'stroke-width': 1.5,
    }) +
    write(percent(last.value), {
      x: at.x + 9,
      y: at.y + 4,
      'font-family': theme.font,
      'font-size': 12,
      'font-weight': 600,
      fill: theme.text,
    })
  )
}
