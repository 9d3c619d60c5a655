// Sessions are kept as they end, each in a file of its own: a run that was stopped goes on, and a run with more
// players or seeds plays only what is new.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Session } from '../../src/measure/index.ts'
import type { Player } from '../../src/steps/simulate/play.ts'
import type { Seats } from '../../src/steps/simulate/seats.ts'
import { folderOf, writeAside } from '../data.ts'
import type { Setting } from './settings.ts'

/** Bumped when every session would go otherwise. */
const protocol = 1
/** Bumped when only the player named would. */
const version: Partial<Record<Player, number>> = {
  auto: 2,
  maxherding: 2,
  uherding: 2,
  'covering-margin': 2,
  refine: 2,
}

export type Played = { readonly setting: Setting; readonly player: Player; readonly seed: number }

const fileOf = ({ setting, player, seed }: Played): string => {
  const { pull, batch, rounds } = setting.given.rules
  const its = `${setting.name}-${rounds}x${batch}-${pull}-${protocol}`
  return path.join(folderOf(path.join('sessions', its)), `${player}-${version[player] ?? 1}-${seed}.json`)
}

export const isKept = (of: Played): boolean => existsSync(fileOf(of))

export async function session(of: Played, seats: Seats): Promise<Session> {
  const file = fileOf(of)
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as Session
  const played = await seats.play({ player: of.player, seed: of.seed }, () => {})
  await writeAside(file, Buffer.from(JSON.stringify(played)))
  return played
}
