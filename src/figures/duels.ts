import { box, gridOf, hint, titles, type Grid } from './grid.ts'
import { element, figure, type Svg } from './svg.ts'
import type { Theme } from './theme.ts'

/** A pair that was compared over the same seeds. */
export type Fought = {
  readonly winner: string
  readonly loser: string
  /** Of the areas under their curves, as shares. */
  readonly difference: { readonly value: number }
  /** The share of the seeds that the winner won. */
  readonly won: number
  readonly p: number
  readonly isSignificant: boolean
}
export type Duels = { readonly players: readonly string[]; readonly fought: readonly Fought[] }

/** Who beats whom: points gained by the row over the column; strong and bold where it is significant. */
export function duels({ players, fought }: Duels, size: { readonly width: number }, theme: Theme): Svg {
  const grid = gridOf(players, size.width)
  const cells = fought.flatMap((duel) => [
    cellOf(duel, { grid, theme, from: 'winner' }),
    cellOf(duel, { grid, theme, from: 'loser' }),
  ])
  return figure(grid.size, winsOf({ players, fought }), ...cells, ...titles(grid, theme))
}

/** What the matrix says, in a sentence, of whoever wins most. */
function winsOf({ players, fought }: Duels): string {
  const wins = players.map((name) => {
    const its = fought.filter((duel) => duel.winner === name && duel.difference.value > 0)
    return { name, won: its.length, clearly: its.filter((duel) => duel.isSignificant).length }
  })
  const [best] = wins.sort((a, b) => b.clearly - a.clearly || b.won - a.won)
  if (!best || best.won === 0) return 'Nobody won a duel'
  return `${best.name} won ${best.won} of ${players.length - 1} duels, ${best.clearly} of them significantly`
}

type Seen = { readonly grid: Grid; readonly theme: Theme; readonly from: 'winner' | 'loser' }

function cellOf(duel: Fought, { grid, theme, from }: Seen): Svg {
  const { winner, loser, difference, won, p, isSignificant } = duel
  const [row, column] = [winner, loser].map((name) => grid.names.indexOf(name)) as [number, number]
  const points = 100 * difference.value
  const isEven = points === 0
  const says =
    `${winner} over ${loser}: ${points.toFixed(1)} points, ${Math.round(100 * won)}% of the seeds, ` +
    `p = ${p.toPrecision(2)}${isSignificant ? '' : ', not significant'}`
  const shown = {
    fill: isEven ? theme.line : from === 'winner' ? theme.good : theme.bad,
    opacity: isSignificant ? 0.55 : 0.14,
    text: isEven ? '0' : `${from === 'winner' ? '+' : '−'}${points.toFixed(1)}`,
    isBold: isSignificant,
  }
  const at = from === 'winner' ? { row, column } : { row: column, column: row }
  return element('g', {}, hint(says), box(grid, at, { ...shown, theme }))
}
