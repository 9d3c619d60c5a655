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

/** What stands beside the line, where it is known. */
export type Course = {
  readonly points: readonly CurvePoint[]
  /** How good as many labels drawn by chance are. */
  readonly chance?: readonly Pick<CurvePoint, 'labels' | 'value'>[]
  /** Where it is forecast to go. */
  readonly ahead?: CurvePoint | null
}

/** Accuracy over labels given: a line with its band of uncertainty, the newest point named beside it. */
export const curve = (points: readonly CurvePoint[], size: Size, theme: Theme): Svg =>
  course({ points }, size, theme)

/** The curve, with chance in grey and what is to come as dashes. */
export function course({ points: given, chance = [], ahead = null }: Course, size: Size, theme: Theme): Svg {
  const points = newestByLabels(given)
  const last = points.at(-1)
  if (!last) return figure(size, 'No version has been measured yet')
  const labels = [...points, ...chance, ...(ahead ? [ahead] : [])].map((point) => point.labels)
  const [from, to] = [Math.min(...labels), Math.max(...labels)]
  const bounds = [...points, ...(ahead ? [ahead] : [])].flatMap((point) => [point.low, point.high])
  const shares = shareRange([...bounds, ...chance.map((point) => point.value)])
  const x = scaleOf(from === to ? [0, to] : [from, to], [margin.left, size.width - margin.right])
  const y = scaleOf(shares, [size.height - margin.bottom, margin.top])
  const xTicks = countTicks([from, to], size.width / 90)
  const yTicks = shareTicks(shares, 3)
  const drawn = { x, y, theme }
  return figure(
    size,
    `Accuracy ${plusMinus(last)}% after ${last.labels} labels`,
    axes({ x, y, xTicks, yTicks, sides: margin, wordsAbove: 6 }, size, theme),
    write('labels', { x: size.width - 2, y: size.height - 6, 'text-anchor': 'end', ...wordsOf(theme) }),
    band(points, drawn),
    ahead ? forecast([last, ahead], drawn) : '',
    chance.length > 0 ? beside(chance, drawn) : '',
    path(points, drawn),
    newest(last, { ...drawn, isAbove: ahead !== null }),
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

/** Thin and grey, named where it ends. */
function beside(chance: NonNullable<Course['chance']>, { x, y, theme }: Drawn): Svg {
  const at = chance.map((p) => ({ x: x(p.labels), y: y(p.value) }))
  const end = at.at(-1)!
  const dots = at.map((p) => element('circle', { cx: p.x, cy: p.y, r: 2.5, fill: theme.muted }))
  const line = element('polyline', {
    points: at.map((p) => `${short(p.x)},${short(p.y)}`).join(' '),
    fill: 'none',
    stroke: theme.muted,
    'stroke-width': 1.5,
  })
  return line + dots.join('') + write('random', { x: end.x + 7, y: end.y + 4, ...wordsOf(theme) })
}

function forecast(points: readonly CurvePoint[], { x, y, theme }: Drawn): Svg {
  const dashes = element('polyline', {
    points: points.map((p) => `${short(x(p.labels))},${short(y(p.value))}`).join(' '),
    fill: 'none',
    stroke: theme.accent,
    'stroke-width': 1.5,
    'stroke-dasharray': '4 4',
  })
  const end = points.at(-1)!
  const bounds = element('line', {
    x1: x(end.labels),
    x2: x(end.labels),
    y1: y(end.low),
    y2: y(end.high),
    stroke: theme.accent,
    'stroke-opacity': 0.5,
  })
  return dashes + bounds
}

/** Its name stands beside it, or above where a forecast goes on. */
function newest(last: CurvePoint, { x, y, theme, isAbove }: Drawn & { readonly isAbove: boolean }): Svg {
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
      x: at.x + (isAbove ? 4 : 9),
      y: at.y + (isAbove ? -10 : 4),
      'font-family': theme.font,
      'font-size': 12,
      'font-weight': 600,
      fill: theme.text,
    })
  )
}
