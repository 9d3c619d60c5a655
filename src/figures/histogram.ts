import { axes, margin, type Size } from './axes.ts'
import { scaleOf, ticksOf } from './scale.ts'
import { element, escapeText, figure, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

const bins = 20 // of 0.05: narrower ones show the noise of a few hundred images

/** How sure the guesses are: shares of one, with a line at the middle one. */
export function histogram(values: ArrayLike<number>, size: Size, theme: Theme): Svg {
  const known = Array.from(values).filter((value) => value >= 0 && value <= 1)
  if (known.length === 0) return figure(size, 'There is no confidence to show yet')
  const counts = countsOf(known)
  const middle = medianOf(known)
  const most = Math.max(...counts)
  const x = scaleOf([0, 1], [margin.left, size.width - margin.right])
  const y = scaleOf([0, most], [size.height - margin.bottom, margin.top])
  const yTicks = ticksOf(0, most, 3).map((at) => ({ at, says: at.toLocaleString('en') }))
  const xTicks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, says: String(at) }))
  const bars = counts.map((count, i) => {
    const [from, to] = [i / bins, (i + 1) / bins]
    const says = `${from.toFixed(2)} to ${to.toFixed(2)}: ${count} images`
    return element(
      'rect',
      {
        x: x(from) + 0.5,
        y: y(count),
        width: x(to) - x(from) - 1,
        height: y(0) - y(count),
        fill: theme.accent,
      },
      element('title', {}, escapeText(says)),
    )
  })
  const line = element('line', {
    x1: x(middle),
    x2: x(middle),
    y1: margin.top - 6,
    y2: y(0),
    stroke: theme.text,
    'stroke-dasharray': '3 3',
  })
  const says = `Half of ${known.length.toLocaleString('en')} images are at least ${middle.toFixed(2)} sure`
  return figure(size, says, axes({ x, y, xTicks, yTicks }, size, theme), ...bars, line)
}

function countsOf(values: readonly number[]): readonly number[] {
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) counts[Math.min(bins - 1, Math.floor(value * bins))]!++
  return counts
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const half = sorted.length / 2
  return (sorted[Math.floor(half - 0.5)]! + sorted[Math.floor(half)]!) / 2
}
