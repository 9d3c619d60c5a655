// What the full form found, beside the other results: figures as JSON, curves with their bands as SVG and PNG.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { curves, themes } from '../../src/figures/index.ts'
import { drawn } from '../../src/images/index.ts'
import { duelsOf, playedOf } from '../../src/steps/simulate/compare.ts'
import type { Player } from '../../src/steps/simulate/play.ts'
import { keepResult, resultsFolder } from '../keep.ts'
import { figuresOf, type Played, type Verdict } from './verdict.ts'

const shown: readonly Player[] = ['auto', 'random', 'margin', 'typical', 'maxherding', 'uherding', 'badge']

export async function keep(verdict: Verdict, played: readonly Played[]): Promise<void> {
  const result = {
    command: [...settingsGiven(), 'npm run bench active-learning'].join(' '),
    says: verdict.says,
    settings: played.map(settingResult),
    ratio: Number(verdict.ratio.toPrecision(4)),
  }
  keepResult('active-learning', result)
  for (const { setting, sessions } of played) {
    const lines = shown
      .filter((player) => sessions.has(player))
      .map((player) => ({ name: player, points: playedOf(player, sessions).curve }))
    const svg = curves(lines, { width: 720, height: 420 }, themes.light)
    const file = path.join(resultsFolder, `active-learning-${setting.name}`)
    await writeFile(`${file}.svg`, `${svg}\n`)
    await writeFile(`${file}.png`, await drawn(svg, 1))
  }
}

const settingsGiven = (): string[] =>
  ['FULL', 'SO_FAR', 'SEEDS', 'PLAYERS']
    .map((name) => `BOWERBIRD_BENCH_${name}`)
    .flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]}`] : []))

function settingResult({ setting, sessions }: Played) {
  const strategies = [...sessions].map(([player, its]) => {
    const { gain, worseAt, saved } = playedOf(player, overItsSeeds(player, 'random', sessions))
    return {
      strategy: player,
      seeds: its.length,
      ...Object.fromEntries(Object.entries(figuresOf(its)).map(([name, value]) => [name, short(value)])),
      ...(gain && { gain: short(100 * gain.value), gainLow: gain.low && short(100 * gain.low) }),
      worseThanRandomAt: worseAt,
      labelsSaved: Object.fromEntries(
        saved.flatMap((at) => (at.saved === null ? [] : [[at.accuracy, Math.round(at.saved)]])),
      ),
      ...(player !== 'auto' && { againstAuto: against(player, sessions) }),
    }
  })
  return { name: setting.name, says: setting.says, strategies: strategies.sort((a, b) => area(b) - area(a)) }
}

function against(player: Player, sessions: Played['sessions']) {
  const [duel] = duelsOf(overItsSeeds(player, 'auto', sessions))
  const { winner, difference, won, p } = duel!
  return { winner, by: short(100 * difference.value), seedsWon: won, p: Number(p.toPrecision(2)) }
}

/** The player's sessions, and as many of another's. */
function overItsSeeds(player: Player, other: Player, sessions: Played['sessions']): Played['sessions'] {
  const its = sessions.get(player)!
  return new Map([
    [player, its],
    [other, sessions.get(other)!.slice(0, its.length)],
  ])
}

const area = (of: object): number => Number((of as { readonly area: number }).area)
const short = (value: number): number => Number(value.toFixed(2))
