// What the sessions say of the default, beside what was promised of it.
import { meanOf } from '../../src/math/index.ts'
import { areaUnder, type Session } from '../../src/measure/index.ts'
import { playedOf } from '../../src/steps/simulate/compare.ts'
import type { Player } from '../../src/steps/simulate/play.ts'
import type { Setting } from './settings.ts'

/** Sessions of every player by the same seeds, some players' lists ending earlier. */
export type Played = { readonly setting: Setting; readonly sessions: Map<Player, Session[]> }
export type Verdict = {
  readonly rows: readonly Readonly<Record<string, string>>[]
  readonly says: readonly string[]
  readonly ratio: number
  readonly duels: Duels
}
type Duels = { readonly won: number; readonly of: number; readonly lost: readonly string[] }

const duelsPromised = 0.9
const pointsBelowMost = 0.5
const thirds = 3

export function verdictOf(played: readonly Played[]): Verdict {
  const promises = played.flatMap(promisesOf)
  const duels = duelsOfAuto(played)
  const worse = played.flatMap(worseThanChance)
  // Of fewer than five seeds none can be significant.
  const seeds = Math.min(...played.map(({ sessions }) => sessions.get('auto')!.length))
  const reached = [...promises, { says: 'duels won', ratio: duels.won / duels.of / duelsPromised }]
  return {
    rows: played.flatMap(rowsOf),
    says: [
      ...reached.map(({ says, ratio }) => `${says}: ${ratio.toFixed(3)} of what was promised`),
      `duels won: ${duels.won} of ${duels.of}${duels.lost.length > 0 ? `; lost: ${duels.lost.join(', ')}` : ''}`,
      ...(worse.length > 0
        ? worse
        : [`never worse than random at any number of labels (${seeds} seeds or more)`]),
    ],
    ratio: worse.length > 0 ? 0 : Math.min(...reached.map(({ ratio }) => ratio)),
    duels,
  }
}

/** By thirds of the rounds, in points. */
export function figuresOf(sessions: readonly Session[]) {
  const rounds = sessions[0]!.accuracy.length
  const third = Math.ceil(rounds / thirds)
  const over = (from: number, to: number) => 100 * meanOf(sessions.flatMap((s) => s.accuracy.slice(from, to)))
  return {
    first: over(0, 1),
    low: over(0, third),
    mid: over(third, 2 * third),
    high: over(2 * third, rounds),
    area: 100 * meanOf(sessions.map(areaUnder)),
  }
}

function rowsOf({ setting, sessions }: Played): Readonly<Record<string, string>>[] {
  return [...sessions].map(([player, its]) => {
    const figures = figuresOf(its)
    const chance = figuresOf(sessions.get('random')!.slice(0, its.length))
    const shown = Object.entries(figures).map(([name, value]) => [name, value.toFixed(1)])
    const gained = (figures.low - chance.low).toFixed(1)
    const seeds = String(its.length)
    return {
      setting: setting.name,
      strategy: player,
      seeds,
      ...Object.fromEntries(shown),
      'gained, low': gained,
    }
  })
}

function promisesOf({ setting, sessions }: Played): { readonly says: string; readonly ratio: number }[] {
  if (setting.promised === null) return []
  const [ours, chance] = [figuresOf(sessions.get('auto')!), figuresOf(sessions.get('random')!)]
  const gained = ours.low - chance.low
  const says = `${setting.name}, first third: ${gained.toFixed(1)} points above random`
  return [{ says, ratio: gained / setting.promised }]
}

/** By the mean area under the curve over the same seeds, against every other in every setting. */
function duelsOfAuto(played: readonly Played[]): Duels {
  const lost: string[] = []
  let of = 0
  for (const { setting, sessions } of played) {
    for (const [player, its] of sessions) {
      if (player === 'auto') continue
      of++
      const own = figuresOf(sessions.get('auto')!.slice(0, its.length)).area
      const { area } = figuresOf(its)
      if (area >= own) lost.push(`${player} on ${setting.name} by ${(area - own).toFixed(2)}`)
    }
  }
  return { won: of - lost.length, of, lost }
}

/** Significantly at any number of labels, or by more than half a point in the mean. */
function worseThanChance({ setting, sessions }: Played): string[] {
  const [auto, random] = [playedOf('auto', sessions), playedOf('random', sessions)]
  const below = auto.curve.filter(
    ({ value }, round) => 100 * (random.curve[round]!.value - value) > pointsBelowMost,
  )
  const labels = [...new Set([...auto.worseAt, ...below.map((point) => point.labels)])]
  const isBelow = auto.area.value <= random.area.value
  return [
    ...(labels.length > 0 ? [`${setting.name}: worse than random at ${labels.join(', ')} labels`] : []),
    ...(isBelow ? [`${setting.name}: random's area under the curve is as large`] : []),
  ]
}
