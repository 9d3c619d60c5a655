import { assert, Failure, type ImageId } from '../base/index.ts'
import type { Tools } from '../math/index.ts'
import type { Candidate, Choice, Pool } from './pool.ts'
import { strategies, type Strategy, type StrategyName } from './strategies.ts'

/** As many images as the budget, none twice; near duplicates of one another only when no other is left. */
export async function choose(
  pool: Pool,
  how: { readonly strategy: StrategyName; readonly budget: number },
  tools: Tools,
): Promise<readonly Choice[]> {
  const { strategy: name, budget } = how
  const left = pool.ids.length
  if (budget > left) {
    throw new Failure(
      'out-of-pool',
      `cannot ask ${budget} questions: the budget is at most the number of images without a label, ` +
        `and ${left} are left`,
    )
  }
  if (budget === 0) return []
  const strategy: Strategy = strategies[name]
  const given = { nothing: true, embeddings: pool.embeddings, probabilities: pool.probabilities }
  assert(Boolean(given[strategy.needs]), `a pool for ${name} has ${strategy.needs}`)
  const candidates = await strategy.rank(pool, budget, tools)
  return distinctFirst(withTheRest(candidates, pool), pool)
    .slice(0, budget)
    .map(({ index, reason }) => ({ image: pool.ids[index]!, reason }))
}

/** A strategy may rank fewer than there are; the rest follows, so that a budget is always filled. */
function withTheRest(candidates: readonly Candidate[], pool: Pool): readonly Candidate[] {
  const ranked = new Set(candidates.map((c) => c.index))
  const rest = pool.ids.flatMap((_, index) => (ranked.has(index) ? [] : [{ index, reason: 'left over' }]))
  return [...candidates, ...rest]
}

/** A near duplicate's answer is nearly known once its twin is asked: it waits behind all others. */
function distinctFirst(candidates: readonly Candidate[], pool: Pool): readonly Candidate[] {
  const seen = new Set<ImageId>()
  const isNew = ({ index }: Candidate) => {
    const kin = pool.nearTo[index] ?? pool.ids[index]!
    return !seen.has(kin) && Boolean(seen.add(kin))
  }
  const [first, twins]: [Candidate[], Candidate[]] = [[], []]
  for (const candidate of candidates) (isNew(candidate) ? first : twins).push(candidate)
  return [...first, ...twins]
}
