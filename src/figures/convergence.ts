import { axes, margin, type Size } from './axes.ts'
import { scaleOf, type Scale } from './scale.ts'
import { element, escapeText, figure, short, write, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** A round of refinement: how far prototypes moved on average, and how many images changed their class. */
export type Round = { readonly step: string; readonly moved: number; readonly changed: number }

/** Both fall to nothing where a refinement settles; each has its own scale, its largest value beside it. */
export function convergence(rounds: readonly Round[], size: Size, theme: Theme): Svg {
  const last = rounds.at(-1)
  if (!last) return figure(size, 'Nothing has been refined yet')
  const ends = [margin.left + 14, size.width - margin.right - 14] as const
  const x = scaleOf([0, Math.max(1, rounds.length - 1)], ends)
  const heights = [size.height - margin.bottom, margin.top + 18] as const
  const changes = scaleOf([0, Math.max(1, ...rounds.map(({ changed }) => changed))], heights)
  const moves = scaleOf([0, Math.max(1e-9, ...rounds.map(({ moved }) => moved))], heights)
  const each = Math.max(1, Math.ceil(rounds.length / (size.width / 70))) // names of steps, apart
  const xTicks = rounds.flatMap(({ step }, at) => (at % each === 0 ? [{ at, says: step }] : []))
  const frame = axes({ x, y: changes, xTicks, yTicks: [{ at: 0, says: '0' }] }, size, theme)
  const says = `In the last of ${rounds.length} rounds ${last.changed.toLocaleString('en')} images changed their class`
  const changed = rounds.map((round) => round.changed)
  const moved = rounds.map((round) => round.moved)
  return figure(
    size,
    says,
    frame,
    line(changed, { x, y: changes }, theme.accent),
    line(moved, { x, y: moves }, theme.muted),
    ...rounds.map(({ step, changed, moved }, i) => {
      const words = `${step}: ${changed} images changed, prototypes moved ${moved.toPrecision(2)}`
      const dot = { cx: x(i), cy: changes(changed), r: 4, fill: theme.accent }
      return element('circle', dot, element('title', {}, escapeText(words)))
    }),
    key(
      `images changed, at most ${Math.max(...changed).toLocaleString('en')}`,
      [margin.left, theme.accent],
      theme,
    ),
    key(
      `prototypes moved, at most ${Math.max(...moved).toPrecision(2)}`,
      [size.width / 2, theme.muted],
      theme,
    ),
  )
}

function line(
  values: readonly number[],
  { x, y }: { readonly x: Scale; readonly y: Scale },
  colour: string,
): Svg {
  const points = values.map((value, i) => `${short(x(i))},${short(y(value))}`).join(' ')
  return element('polyline', {
    points,
    fill: 'none',
    stroke: colour,
    'stroke-width': 2,
    'stroke-linejoin': 'round',
  })
}

const key = (says: string, [x, colour]: readonly [number, string], theme: Theme): Svg =>
  element('rect', { x, y: 4, width: 10, height: 3, fill: colour }) +
  write(says, { x: x + 15, y: 10, 'font-family': theme.font, 'font-size': 11, fill: theme.text })
