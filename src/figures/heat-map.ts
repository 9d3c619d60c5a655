import { rowOf, sumOf, type Matrix } from '../math/index.ts'
import { fitted } from './distribution.ts'
import { element, escapeText, figure, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** How much of each cluster belongs to each class: rows of `weights` [clusters, classes], none negative. */
export type Alignment = {
  readonly clusters: readonly string[]
  readonly classes: readonly string[]
  readonly weights: Matrix
}
type Cell = { readonly cluster: number; readonly class: number; readonly share: number }

const clustersMax = 80 // the heaviest are drawn: more rows are a grey field
const shareMin = 0.01 // fainter cells cannot be seen, and a map of 80 by 101 stays small

/** Clusters sorted by the class they hold most of, so that what is clear lies on a diagonal. */
export function heatMap(given: Alignment, size: { readonly width: number }, theme: Theme): Svg {
  const { clusters, classes, weights } = given
  const order = orderOf(weights)
  if (order.length === 0 || classes.length === 0) {
    return figure({ width: size.width, height: 0 }, 'There are no clusters yet')
  }
  const names = 110
  const across = Math.max(3, Math.min(40, (size.width - names) / classes.length))
  const down = Math.max(8, Math.min(24, across))
  const whole = { width: names + across * classes.length, height: names + down * order.length }
  const cells = order.flatMap((cluster) => cellsOf(weights, cluster))
  const places = new Map(order.map((cluster, row) => [cluster, row]))
  const drawn = cells.map((cell) =>
    element(
      'rect',
      {
        x: names + cell.class * across,
        y: names + places.get(cell.cluster)! * down,
        width: across,
        height: down,
        fill: theme.accent,
        'fill-opacity': Math.round(cell.share * 100) / 100,
      },
      element('title', {}, escapeText(wordsFor(cell, given))),
    ),
  )
  const words = { 'font-family': theme.font, 'font-size': 10, fill: theme.muted }
  const left = order.map((cluster, row) =>
    write(fitted(clusters[cluster] ?? String(cluster), 17), {
      x: names - 6,
      y: names + (row + 0.5) * down + 3,
      'text-anchor': 'end',
      ...words,
    }),
  )
  const above = classes.map((name, column) => {
    const turned = `translate(${names + (column + 0.5) * across + 3} ${names - 6}) rotate(-90)`
    return across < 9 ? '' : write(fitted(name, 16), { transform: turned, ...words })
  })
  return figure(whole, finding(cells, weights.rows), ...drawn, ...left, ...above)
}

/** The heaviest clusters, in the order of their main class and how clear it is. */
function orderOf(weights: Matrix): readonly number[] {
  const rows = Array.from({ length: weights.rows }, (_, cluster) => {
    const row = rowOf(weights, cluster)
    const most = Math.max(...row)
    return { cluster, sum: sumOf(row), best: row.indexOf(most), most }
  })
  return rows
    .filter(({ sum }) => sum > 0)
    .sort((a, b) => b.sum - a.sum)
    .slice(0, clustersMax)
    .sort((a, b) => a.best - b.best || b.most / b.sum - a.most / a.sum)
    .map(({ cluster }) => cluster)
}

function cellsOf(weights: Matrix, cluster: number): readonly Cell[] {
  const row = rowOf(weights, cluster)
  const sum = sumOf(row)
  return [...row]
    .map((weight, column) => ({ cluster, class: column, share: weight / sum }))
    .filter(({ share }) => share >= shareMin)
}

const wordsFor = ({ cluster, class: column, share }: Cell, { clusters, classes }: Alignment): string =>
  `${clusters[cluster] ?? cluster}: ${Math.round(share * 100)}% ${classes[column] ?? ''}`

function finding(cells: readonly Cell[], count: number): string {
  const clear = new Set(cells.filter(({ share }) => share >= 0.9).map(({ cluster }) => cluster)).size
  return `${clear} of ${count} clusters belong to one class by nine tenths`
}
