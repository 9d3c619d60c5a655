import type { Size } from './axes.ts'
import { colourOf } from './colours.ts'
import { fitted } from './distribution.ts'
import { scaleOf } from './scale.ts'
import { element, figure, short, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** A map of images: a place for each, and the class it is coloured by (−1: none). */
export type Scattered = {
  readonly x: Float32Array
  readonly y: Float32Array
  readonly classOf: Int32Array
  readonly classes: readonly string[]
  /** Pictures drawn over their points, as data addresses. */
  readonly thumbnails?: readonly { readonly index: number; readonly href: string }[]
}

const keysMax = 24 // names of classes beside the map; the others keep their colours
const keys = 130
const thumbnail = 28

/** One path a class, of lines without length and round ends: 100,000 points are 1.5 MB rather than 8. */
export function scatter(given: Scattered, size: Size, theme: Theme): Svg {
  const { x, y, classOf, classes, thumbnails = [] } = given
  if (x.length === 0) return figure(size, 'There is nothing on the map yet')
  const room = { left: 12, right: size.width - keys - 12 }
  const toX = scaleOf(rangeOf(x), [room.left, room.right])
  const toY = scaleOf(rangeOf(y), [size.height - 12, 12])
  const members = Map.groupBy(classOf.keys(), (i) => classOf[i]!)
  const width = Math.max(1.6, Math.min(6, 160 / Math.sqrt(x.length)))
  const dots = [...members].map(([kind, own]) =>
    element('path', {
      d: own.map((i) => `M${tenth(toX(x[i]!))} ${tenth(toY(y[i]!))}h0`).join(''),
      stroke: kind < 0 ? theme.line : colourOf(kind),
      'stroke-width': width,
      'stroke-linecap': 'round',
      'stroke-opacity': 0.75,
    }),
  )
  const pictures = thumbnails.map(({ index, href }) =>
    element('image', {
      href,
      x: toX(x[index]!) - thumbnail / 2,
      y: toY(y[index]!) - thumbnail / 2,
      width: thumbnail,
      height: thumbnail,
    }),
  )
  const counts = classes.map((name, kind) => ({ name, kind, count: members.get(kind)?.length ?? 0 }))
  const says = `${x.length.toLocaleString('en')} images on a map, ${counts.filter((c) => c.count > 0).length} classes`
  return figure(size, says, ...dots, ...pictures, legend(counts, size, theme))
}

type Count = { readonly name: string; readonly kind: number; readonly count: number }

function legend(counts: readonly Count[], size: Size, theme: Theme): Svg {
  const shown = counts
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, Math.min(keysMax, Math.floor((size.height - 12) / 16)))
  const x = size.width - keys
  const words = { 'font-family': theme.font, 'font-size': 11, fill: theme.text }
  return shown
    .map(({ name, kind }, i) => {
      const y = 16 + i * 16
      const dot = element('circle', { cx: x + 4, cy: y - 4, r: 4, fill: colourOf(kind) })
      return dot + write(fitted(name, 18), { x: x + 14, y, ...words })
    })
    .join('')
}

const tenth = (value: number): string => short(Math.round(value * 10) / 10)

function rangeOf(values: Float32Array): readonly [number, number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  return [low, high]
}
