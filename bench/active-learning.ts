// Sessions played against known labels: random, the default and its rivals from the same images. The quick form
// takes part of the images; BOWERBIRD_BENCH_FULL=1 plays ten seeds of every strategy, goes on where it was
// stopped, and keeps what it found in bench/results. With BOWERBIRD_BENCH_SO_FAR=1 nothing is played: a strategy is
// compared with the default over the seeds that it has played.
import os from 'node:os'
import type { Session } from '../src/measure/index.ts'
import { openRuntime } from '../src/runtime/index.ts'
import { playerNames, type Player } from '../src/steps/simulate/play.ts'
import { openSeats, type Seats } from '../src/steps/simulate/seats.ts'
import type { Bench, Report } from './bench.ts'
import { folderOf } from './data.ts'
import { keep } from './learning/keep.ts'
import { isKept, session, type Played as OneSession } from './learning/sessions.ts'
import { full, quick, settingsOf, type Setting } from './learning/settings.ts'
import { verdictOf, type Played } from './learning/verdict.ts'

const isFull = Boolean(process.env['BOWERBIRD_BENCH_FULL'])
const rivals = ['random', 'auto', 'margin', 'uherding', 'typical', 'k-center'] satisfies Player[]
// Those that are quick to play first, so that a stopped run says as much as can be.
const ensembles = ['combined', 'variation-ratio', 'disagreement', 'bald'] satisfies Player[]
const slowest: readonly Player[] = ['dpp', 'clue', ...ensembles, 'refine', 'bait', 'batch-bald']
/** Who plays, if not all: names with commas between. */
const wanted = process.env['BOWERBIRD_BENCH_PLAYERS']?.split(',')
/** Of fewer a mean says little. */
const seedsLeast = 3
const isSoFar = Boolean(process.env['BOWERBIRD_BENCH_SO_FAR'])
const seedCount = Number(process.env['BOWERBIRD_BENCH_SEEDS'] ?? (isFull ? 10 : 3))

export const bench: Bench = {
  name: 'active-learning',
  says:
    'the default against random, by the thirds of the rounds; the ratio is the least of reached / promised ' +
    '(points gained in the first third, duels won), and 0 where it is ever worse than random',
  async run(report) {
    const runtime = openRuntime({ cores: os.availableParallelism(), cache: folderOf('models') })
    const settings = await settingsOf(isFull ? full : quick, runtime, report.say).finally(() =>
      runtime.close(),
    )
    const played = await playedIn(settings, report)
    const verdict = verdictOf(played)
    for (const row of verdict.rows) report.row(row)
    for (const line of verdict.says) report.say(line)
    if (isFull) await keep(verdict, played)
    return verdict.ratio
  },
}

/** As many sessions at once as cores, each with one thread; a player in all settings before the next begins. */
async function playedIn(settings: readonly Setting[], { say }: Report): Promise<readonly Played[]> {
  const count = os.availableParallelism()
  const { signal } = new AbortController()
  const seats = new Map<Setting, Seats>()
  for (const setting of settings) seats.set(setting, await openSeats(setting.given, { count, signal }))
  const all = players().flatMap((player) =>
    settings.flatMap((setting) => seedsOf(setting, player).map((seed) => ({ setting, player, seed }))),
  )
  const sessions: Session[] = []
  const next = all.entries()
  const lane = async () => {
    for (const [i, of] of next) sessions[i] = await sessionOf(of, seats.get(of.setting)!, say)
  }
  try {
    await Promise.all(Array.from({ length: count }, lane))
  } finally {
    for (const its of seats.values()) await its.close()
  }
  return settings.map((setting) => {
    const places = [...all.keys()].filter((i) => all[i]!.setting === setting)
    const byPlayer = Map.groupBy(places, (i) => all[i]!.player)
    return {
      setting,
      sessions: new Map([...byPlayer].map(([who, its]) => [who, its.map((i) => sessions[i]!)])),
    }
  })
}

async function sessionOf(of: OneSession, seats: Seats, say: Report['say']): Promise<Session> {
  const isNew = !isKept(of)
  const from = performance.now()
  const its = await session(of, seats)
  const seconds = (performance.now() - from) / 1000
  if (isNew) say(`${of.setting.name}: ${of.player}, seed ${of.seed}: ${seconds.toFixed(1)} s`)
  return its
}

/** So far: of those that both the default and random have played, the first ones that the player has, too. */
function seedsOf(setting: Setting, player: Player): readonly number[] {
  if (setting.players && !setting.players.includes(player)) return []
  const seeds = Array.from({ length: seedCount }, (_, i) => i + 1)
  if (!isSoFar) return seeds
  const both = ['auto', 'random'] as const
  const played = seeds.filter((seed) => both.every((name) => isKept({ setting, player: name, seed })))
  const missing = played.findIndex((seed) => !isKept({ setting, player, seed }))
  const some = missing < 0 ? played : played.slice(0, missing)
  return some.length < seedsLeast ? [] : some
}

function players(): readonly Player[] {
  if (!isFull) return rivals
  const first = [...rivals, ...(['maxherding', 'covering-margin'] as const)]
  const others = playerNames.filter((name) => !first.includes(name as never) && !slowest.includes(name))
  const all = [...first, ...others, ...slowest]
  return wanted ? all.filter((name) => wanted.includes(name)) : all
}
