// REFINE: several strategies each name their favourites, twice, from what is left; of their union a covering
// batch of unsure images is taken.
import type { Tools } from '../math/index.ts'
import { uHerdingOf } from './coverage.ts'
import { bestFirst } from './order.ts'
import { part, type Pool, type Ranking } from './pool.ts'
import type { Asked, Rank } from './sampled.ts'
import { margin } from './scores.ts'
import { badge } from './seeding.ts'
import { typicalFirst } from './typical.ts'
import { dropQuery } from './clustered.ts'

const rounds = 2
const favourites = 4 // times the budget, by each strategy in each round: the union is still a choice

const closest: Rank = async (pool, _, { random }) => ({
  order: bestFirst(margin(pool.probabilities!), random),
  reason: () => '',
})
const proposers: readonly Rank[] = [closest, badge, dropQuery, typicalFirst]

export async function refine(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  let places = Array.from(pool.ids.keys())
  for (let round = rounds; round >= 1 && places.length > budget; round--) {
    const asked = { budget: Math.min(places.length, favourites * round * budget) }
    const left = part(pool, places)
    const union = new Set<number>()
    for (const propose of proposers) {
      const { order } = await propose(left, asked, tools)
      for (let i = 0; i < asked.budget; i++) if (order[i] !== undefined) union.add(places[order[i]!]!)
    }
    places = [...union].sort((a, b) => a - b)
  }
  return uHerdingOf(pool, { budget, places }, tools)
}
