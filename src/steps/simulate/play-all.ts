// Many sessions, as many at once as there are seats; each is kept as it ends.
import os from 'node:os'
import type { Session } from '../../measure/index.ts'
import type { World } from '../world.ts'
import type { Sessions } from './compare.ts'
import type { Contestant } from './play.ts'
import type { Asked, Given } from './seat.ts'
import { openSeats, seatsFor } from './seats.ts'

export type Playing = {
  readonly given: Given
  readonly players: readonly Contestant[]
  readonly seeds: number
  /** Of the game: its sessions are kept under it. */
  readonly key: string
  readonly again: boolean
}

/** What was cancelled or killed goes on from the sessions that ended. */
export async function playAll(playing: Playing, world: World): Promise<Sessions> {
  const { given, players, seeds, key, again } = playing
  const { settings } = world.store
  const all = Array.from({ length: seeds }, (_, i) =>
    players.map((player) => ({ player, seed: i + 1 })),
  ).flat()
  const keyOf = ({ player, seed }: Asked) =>
    `${key} ${player === 'own' ? given.own!.version : player} ${seed}`
  const kept = await Promise.all(all.map((one) => (again ? null : settings.get(keyOf(one)))))
  const sessions = kept as (Session | null | undefined)[]
  const left = [...sessions.keys()].filter((i) => !sessions[i])
  const told = progressOf(left.length * given.rules.rounds, world)
  const count = seatsFor(given, { sessions: left.length, ...roomOf(world) })
  const seats = await openSeats(given, { count, signal: world.signal })
  await inLanes(left, seats, async (i) => {
    const asked = all[i]!
    const session = await seats.play(asked, () => told(asked, 1))
    await settings.set(keyOf(asked), session)
    sessions[i] = session
    // Fewer rounds than wished for, where there was nothing left to ask about.
    told(asked, given.rules.rounds - session.labels.length)
  })
  const of = (player: Contestant) => sessions.filter((_, i) => all[i]!.player === player) as Session[]
  return new Map(players.map((player) => [player, of(player)]))
}

const roomOf = ({ configuration }: World) => ({
  cores: configuration.cores || os.availableParallelism(),
  memoryBytes: process.availableMemory(),
})

/** Each lane takes the next as soon as it is done; the first that fails ends all. */
async function inLanes(
  todo: readonly number[],
  seats: { readonly count: number; close(): Promise<void> },
  work: (one: number) => Promise<void>,
): Promise<void> {
  const next = todo.values()
  const lanes = Array.from({ length: seats.count }, async () => {
    for (const one of next) await work(one)
  })
  try {
    await Promise.all(lanes)
  } finally {
    await seats.close()
    await Promise.allSettled(lanes)
  }
}

function progressOf(total: number, { now, progress }: World) {
  const from = now()
  let done = 0
  return ({ player, seed }: Asked, rounds: number) => {
    if (rounds === 0) return
    done += rounds
    const seconds = Math.round((((now() - from) / done) * (total - done)) / 1000)
    progress({ done, total, sentence: `${player}, seed ${seed}; about ${seconds} s to go` })
  }
}
