// Which of the images left a choice looks at.
import type { ImageId } from '../base/index.ts'
import { shuffleInto, type Tools } from '../math/index.ts'
import { emptyPool, scores, type Need } from '../query/index.ts'
import type { LiveHead } from './live-head.ts'

type Considering = {
  readonly needs: readonly Need[]
  readonly live: LiveHead | undefined
  readonly budget: number
}

// Rows of 2048 are then 200 MB; of more, an even draw shows the same images.
const drawnMax = 25_000
// Between two answers there is a tenth of a second: 2,000 rows of 2048 are copied in 6 ms.
const quick = { drawn: 2000, closest: 100, budgetMax: 20 }

/**
 * All of them, or an even draw. A live head has guessed all: who needs its guesses alone sees all of them,
 * and who compares images besides sees the closest calls of all among a smaller draw.
 */
export function considered(
  left: readonly ImageId[],
  { needs, live, budget }: Considering,
  tools: Tools,
): readonly ImageId[] {
  if (live && needs.length === 1 && needs[0] === 'probabilities') return left
  const isQuick = live && needs.includes('probabilities') && budget <= quick.budgetMax
  const most = isQuick ? quick.drawn : Math.max(drawnMax, budget)
  if (left.length <= most) return left
  const closest = isQuick ? closestCalls(left, live) : []
  const drawn = shuffleInto([...left], tools.random).slice(0, most)
  return [...new Set([...drawn, ...closest])]
}

function closestCalls(left: readonly ImageId[], live: LiveHead): readonly ImageId[] {
  const known = left.filter(live.knows)
  const margins = scores.margin.of({ ...emptyPool, probabilities: live.guessesOf(known) })
  const least = margins.slice().sort().at(-quick.closest) ?? 0
  return known.filter((_, i) => margins[i]! >= least).slice(0, quick.closest)
}
