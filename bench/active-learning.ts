// Sessions played against known labels: random, the default and its rivals from the same images. The quick form
// takes part of the images; BOWERBIRD_BENCH_FULL=1 plays ten seeds of every strategy, goes on where it was
// stopped, and keeps what it found in bench/results. With BOWERBIRD_BENCH_SO_FAR=1 nothing is played: a strategy is
// compared with the default over the seeds that it has played.
import { openRuntime, type Runtime } from '../src/runtime/index.ts'
import { playerNames, type Player } from '../src/steps/simulate/play.ts'
import type { Bench, Report } from './bench.ts'
import { folderOf } from './data.ts'
import { keep } from './learning/keep.ts'
import { isKept, session } from './learning/sessions.ts'
import { full, quick, settingsOf, type Setting } from './learning/settings.ts'
import { verdictOf, type Played } from './learning/verdict.ts'

const isFull = Boolean(process.env['BOWERBIRD_BENCH_FULL'])
const rivals = ['random', 'auto', 'margin', 'uherding', 'typical', 'k-center'] satisfies Player[]
// Those that are quick to play first, so that a stopped run says as much as can be.
const slowest: readonly Player[] = ['dpp', 'clue', 'refine', 'bait', 'batch-bald']
/** Who plays, if not all: names with commas between. */
const wanted = process.env['BOWERBIRD_BENCH_PLAYERS']?.split(',')
/** Of fewer a mean says little. */
const seedsLeast = isFull ? 3 : 1
const isSoFar = Boolean(process.env['BOWERBIRD_BENCH_SO_FAR'])
const seedCount = Number(process.env['BOWERBIRD_BENCH_SEEDS'] ?? (isFull ? 10 : 3))

export const bench: Bench = {
  name: 'active-learning',
  says:
    'the default against random, by the thirds of the rounds; the ratio is the least of reached / promised ' +
    '(points gained in the first third, duels won), and 0 where it is ever worse than random',
  async run(report) {
    const runtime = openRuntime({ cores: isFull ? 1 : 2, cache: folderOf('models') })
    try {
      const settings = await settingsOf(isFull ? full : quick, runtime, report.say)
      const played: Played[] = []
      for (const setting of settings) played.push({ setting, sessions: new Map() })
      for (const player of players()) {
        for (const { setting, sessions } of played) {
          const seeds = seedsOf(setting, player)
          if (seeds.length < seedsLeast) continue
          sessions.set(player, await sessionsOf({ setting, player, seeds }, runtime, report))
        }
      }
      const verdict = verdictOf(played)
      for (const row of verdict.rows) report.row(row)
      for (const line of verdict.says) report.say(line)
      if (isFull) await keep(verdict, played)
      return verdict.ratio
    } finally {
      await runtime.close()
    }
  },
}

/** So far: of those that both the default and random have played, the first ones that the player has, too. */
function seedsOf(setting: Setting, player: Player): readonly number[] {
  const seeds = Array.from({ length: seedCount }, (_, i) => i + 1)
  if (!isSoFar) return seeds
  const both = ['auto', 'random'] as const
  const played = seeds.filter((seed) => both.every((name) => isKept({ setting, player: name, seed })))
  const missing = played.findIndex((seed) => !isKept({ setting, player, seed }))
  return missing < 0 ? played : played.slice(0, missing)
}

function players(): readonly Player[] {
  if (!isFull) return rivals
  const first = [...rivals, ...(['maxherding', 'covering-margin'] as const)]
  const others = playerNames.filter((name) => !first.includes(name as never) && !slowest.includes(name))
  const all = [...first, ...others, ...slowest]
  return wanted ? all.filter((name) => wanted.includes(name)) : all
}

type Sessions = { readonly setting: Setting; readonly player: Player; readonly seeds: readonly number[] }

async function sessionsOf({ setting, player, seeds }: Sessions, runtime: Runtime, { say }: Report) {
  const all = []
  for (const seed of seeds) {
    const of = { setting, player, seed }
    const isNew = !isKept(of)
    const from = performance.now()
    all.push(await session(of, runtime))
    const seconds = ((performance.now() - from) / 1000).toFixed(1)
    if (isNew) say(`${setting.name}: ${player}, seed ${seed}: ${seconds} s`)
  }
  return all
}
