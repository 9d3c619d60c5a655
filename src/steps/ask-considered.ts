// Which of the images left a choice looks at.
import type { ImageId } from '../base/index.ts'
import { shuffleInto, type Tools } from '../math/index.ts'
import { emptyPool, scores, usualWeights, type Need, type ScoreName } from '../query/index.ts'
import type { LiveHead } from './live-head.ts'

type Considering = {
  readonly needs: readonly Need[]
  readonly live: LiveHead | undefined
  readonly budget: number
  /** Where the strategy is a score, and nothing else decides, its name. */
  readonly score: ScoreName | undefined
}

// Rows of 2048 are then 200 MB; of more, an even draw shows the same images.
const drawnMax = 25_000
// Between two answers there is a tenth of a second, and 350 images of 2048 numbers are compared with one
// another in 10 ms: 30 candidates for each of ten questions, and of 25 the best were as good as of all.
const quick = { drawnLeast: 300, drawnPerQuestion: 30, closest: 50, budgetMax: 20 }

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
  const few = Math.max(quick.drawnLeast, quick.drawnPerQuestion * budget)
  if (live && needs.includes('probabilities') && budget <= quick.budgetMax && left.length > few) {
    const drawn = live.sample.images.filter(among(left, live.sample.images)).slice(0, few)
    const closest = foremost(left, live, { score: 'margin', count: 0 })
    // Ascending, as a choice looks at them: it copies no row then.
    return [...new Set([...drawn, ...closest])].sort((a, b) => a - b)
  }
  const most = Math.max(drawnMax, budget)
  return left.length <= most ? left : shuffleInto([...left], tools.random).slice(0, most)
}

/** Whether it is one of those left, asked of a few: a set of all 40,000 took 4 ms of each answer. */
function among(left: readonly ImageId[], few: readonly ImageId[]): (image: ImageId) => boolean {
  const wanted = new Set(few)
  const there = new Set(left.filter((image) => wanted.has(image)))
  return (image) => there.has(image)
}

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
