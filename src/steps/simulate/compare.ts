// What sessions of several players show: mean curves, labels saved, and who beats whom.
import { z } from 'zod'
import {
  areaUnder,
  holm,
  labelsSaved,
  meanInterval,
  pairedTest,
  type Interval,
  type Session,
} from '../../measure/index.ts'
import { randomFrom } from '../../math/index.ts'
import { contestantNames, type Contestant } from './play.ts'

const share = z.number().min(0).max(1)
/** Bounds are left out where one seed alone was played. */
const Mean = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() })
const Point = z.object({ labels: z.int(), value: share, low: share, high: share })
const SavedView = z.object({
  accuracy: share,
  took: Mean.nullable().describe('labels it took; null where a seed never came so far'),
  chance: Mean.nullable().describe('labels that random took'),
  saved: z.number().nullable().describe('what random needs more; null where nothing may be claimed'),
  says: z.string(),
})
export const Played = z.object({
  strategy: z.enum(contestantNames),
  area: Mean.describe('the mean accuracy over the labels: the area under the curve'),
  gain: Mean.nullable().describe('by how much the area is above random’s, over the same seeds'),
  worseAt: z.array(z.int()).describe('numbers of labels at which it is worse than random (Holm, 5%)'),
  curve: z.array(Point).describe('the mean accuracy after so many labels, with its bounds'),
  saved: z.array(SavedView),
})
export const Duel = z.object({
  winner: z.enum(contestantNames),
  loser: z.enum(contestantNames),
  difference: Mean.describe('of the areas under the curves'),
  won: share.describe('the share of the seeds that it won'),
  p: share.describe('one-sided, corrected for the number of duels (Holm)'),
  isSignificant: z.boolean(),
})
export type Played = z.infer<typeof Played>
export type Duel = z.infer<typeof Duel>
export type Sessions = ReadonlyMap<Contestant, readonly Session[]>

const level = 0.05
const seedOfTests = 1 // signs are drawn only beyond 14 seeds

export function playedOf(player: Contestant, sessions: Sessions): Played {
  const ours = sessions.get(player)!
  const chance = sessions.get('random')
  const curve = curveOf(ours)
  const areas = ours.map(areaUnder)
  const isChance = player === 'random' || !chance
  return {
    strategy: player,
    area: shown(meanInterval(areas)),
    gain: isChance ? null : shown(meanInterval(areas.map((a, i) => a - areaUnder(chance[i]!)))),
    worseAt: isChance ? [] : worseAt(ours, chance),
    curve,
    saved: isChance ? [] : levelsOf(chance).map((wanted) => savedOf(ours, chance, wanted)),
  }
}

function curveOf(sessions: readonly Session[]): Played['curve'] {
  return sessions[0]!.labels.map((labels, round) => {
    const { value, low, high } = meanInterval(sessions.map((s) => s.accuracy[round]!))
    return { labels, value, low: Math.max(0, low), high: Math.min(1, high) }
  })
}

function worseAt(ours: readonly Session[], chance: readonly Session[]): number[] {
  const { labels } = ours[0]!
  const random = randomFrom(seedOfTests)
  const chances = labels.map((_, round) =>
    pairedTest(
      ours.map((s, i) => chance[i]!.accuracy[round]! - s.accuracy[round]!),
      random,
    ),
  )
  const corrected = holm(chances)
  return labels.filter((_, round) => corrected[round]! < level)
}

/** Steps of five points, and the most that random's mean reaches. */
function levelsOf(chance: readonly Session[]): number[] {
  const means = curveOf(chance).map((point) => point.value)
  const [least, most] = [Math.min(...means), Math.max(...means)]
  const steps = Array.from({ length: 20 }, (_, i) => (i + 1) / 20).filter((a) => a > least && a <= most)
  return [...new Set([...steps, Math.floor(most * 1000) / 1000])]
}

function savedOf(
  ours: readonly Session[],
  chance: readonly Session[],
  wanted: number,
): z.infer<typeof SavedView> {
  const { took, chance: needed, ...rest } = labelsSaved(ours, chance, wanted)
  return { ...rest, took: took && shown(took), chance: needed && shown(needed) }
}

/** Each pair once, the winner first. */
export function duelsOf(sessions: Sessions): Duel[] {
  const players = [...sessions.keys()]
  const random = randomFrom(seedOfTests)
  const fought = players.flatMap((a, i) =>
    players.slice(i + 1).map((b) => {
      const areas = [a, b].map((player) => sessions.get(player)!.map(areaUnder))
      const differences = areas[0]!.map((area, seed) => area - areas[1]![seed]!)
      const isFirst = meanInterval(differences).value >= 0
      const signed = isFirst ? differences : differences.map((d) => -d)
      return {
        winner: isFirst ? a : b,
        loser: isFirst ? b : a,
        difference: shown(meanInterval(signed)),
        won: signed.filter((d) => d > 0).length / signed.length,
        p: pairedTest(signed, random),
      }
    }),
  )
  const corrected = holm(fought.map(({ p }) => p))
  return fought.map((duel, i) => ({ ...duel, p: corrected[i]!, isSignificant: corrected[i]! < level }))
}

const shown = ({ value, low, high }: Interval): z.infer<typeof Mean> => ({
  value,
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
})
