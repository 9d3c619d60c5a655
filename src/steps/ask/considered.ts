// Which of the images left a choice looks at.
import type { ImageId } from '../../base/index.ts'
import { placeOfFirstAbove, shuffleInto, type Tools } from '../../math/index.ts'
import { emptyPool, scores, usualWeights, type Need, type ScoreName } from '../../query/index.ts'
import type { LiveHead } from '../live/head.ts'

type Considering = {
  readonly needs: readonly Need[]
  readonly live: LiveHead | undefined
  readonly budget: number
  /** Where the strategy is a score, and nothing else decides, its name. */
  readonly score: ScoreName | undefined
}

// Rows of 2048 are then 200 MB; of more, an even draw shows the same images.
const drawnMax = 25_000
// Between two answers there is a tenth of a second: a few questions are chosen from the live head's sample
// and so many of the closest calls of all. Who asks for more at once waits longer, and 3,000 are looked at:
// of 800, sessions on real embeddings were one to three points worse (docs/decisions/019).
const quick = { budgetMax: 3, closest: 50 }
const batch = { budgetMax: 20, drawn: 3000 }

/**
 * All of them, or an even draw. A live head has guessed all: by a score of its guesses only the first of all
 * matter, and who compares images besides sees the closest calls of all among a smaller draw.
 */
export function considered(
  left: readonly ImageId[],
  { needs, live, budget, score }: Considering,
  tools: Tools,
): readonly ImageId[] {
  if (live && score && needs.join() === 'probabilities') return foremost(left, live, { score, count: budget })
  const drawnFrom = (most: number) =>
    left.length <= most ? left : shuffleInto([...left], tools.random).slice(0, most)
  if (live && needs.includes('probabilities') && budget <= batch.budgetMax) {
    const { images } = live.sample
    const isQuick = budget <= quick.budgetMax && left.length > images.length
    const drawn = isQuick ? images.filter((image) => isAmong(left, image)) : drawnFrom(batch.drawn)
    const closest = foremost(left, live, { score: 'margin', count: 0 })
    // Ascending, as a choice looks at them: it copies no row then.
    return [...new Set([...drawn, ...closest])].sort((a, b) => a - b)
  }
  return drawnFrom(Math.max(drawnMax, budget))
}

/** Of ascending ids, asked of a few: a set of all 40,000 took 4 ms of each answer. */
const isAmong = (ascending: readonly ImageId[], image: ImageId): boolean =>
  ascending[placeOfFirstAbove(ascending, image - 1)] === image

/** The first by that score, and some more: near duplicates of one another are asked about last. */
function foremost(
  left: readonly ImageId[],
  live: LiveHead,
  { score, count }: { readonly score: ScoreName; readonly count: number },
): readonly ImageId[] {
  const known = left.filter(live.knows)
  const values = live.scoresOf(known, (probabilities) =>
    scores[score].of({ ...emptyPool, probabilities }, usualWeights),
  )
  const least = leastOfMost(values, 2 * count + quick.closest)
  return known.filter((_, i) => values[i]! >= least)
}

/** The least of so many that are the largest: nearly all others are seen once, where sorting takes 4 ms. */
function leastOfMost(values: Float32Array, count: number): number {
  const most = new Float32Array(count).fill(-Infinity)
  for (const value of values) {
    if (!(value > most[0]!)) continue
    let place = 0
    for (; place + 1 < count && most[place + 1]! < value; place++) most[place] = most[place + 1]!
    most[place] = value
  }
  return most[0]!
}
