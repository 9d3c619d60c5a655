// A place to play at: the game, a strategy of the user’s own, and one thread to compute with. How many
// threads share a sum decides its last bits, so a session is played with one wherever it is played.
import { Failure } from '../../base/index.ts'
import type { Session } from '../../measure/index.ts'
import { openRuntime } from '../../runtime/index.ts'
import { ownStrategy } from '../ask/own-strategy.ts'
import { play, refereeOf, type Contestant, type Rules, type Table } from './play.ts'

/** All that a session needs to be played elsewhere, as values. */
export type Given = {
  readonly table: Table
  readonly truth: Int32Array
  readonly rules: Rules
  readonly own: { readonly file: string; readonly folder: string; readonly version: string } | null
}
export type Asked = { readonly player: Contestant; readonly seed: number }
export type Seat = {
  /** Tells after each round. */
  play(asked: Asked, told: () => void): Promise<Session>
  close(): Promise<void>
}

export async function takeSeat({ table, truth, rules, own }: Given, signal: AbortSignal): Promise<Seat> {
  const mine = own && (await ownOf(own))
  const game = { table, referee: refereeOf(truth), rules }
  const runtime = openRuntime({ cores: 1, cache: '' }) // no encoder is opened here
  return {
    play: ({ player, seed }, told) =>
      play(game, { player: player === 'own' ? mine! : player, seed, told }, { runtime, signal }),
    close: () => runtime.close(),
  }
}

/** A session is kept by the version of the file that played it, and each process opens the file by itself. */
async function ownOf({ file, folder, version }: NonNullable<Given['own']>) {
  const its = await ownStrategy(file, { strategyFolder: folder })
  if (its.version === version) return its
  throw new Failure('bad-input', `cannot choose by ${file}: it was changed while sessions were played`)
}
