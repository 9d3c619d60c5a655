// One image of each of as many clusters as questions; they differ in what is clustered and in who is taken.
import {
  dot,
  kMeans,
  placeOfLargest,
  rowOf,
  rowsOf,
  squaredLengths,
  weightedKMeans,
  type Clustering,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import { inTurns } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { entropy, margin } from './scores.ts'
import { closestCall, firmest } from './words.ts'

type Asked = { readonly budget: number }

/** CLUE (Prabhu et al., 2021): unsure images pull the centres, and the nearest to each is asked. */
export async function clue(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const unsure = entropy(pool.probabilities!)
  // Where all is certain there is nothing to weigh by.
  const weights = unsure.some((weight) => weight > 0) ? unsure : null
  const found = await weightedKMeans(rows, { clusters: Math.min(budget, rows.rows), weights }, tools)
  const far = squaredToOwn(rows, found)
  const order = inTurns(
    membersOf(found).map((members) => members.sort((a, b) => far[a]! - far[b]!)),
    budget,
  )
  const guess = (i: number) => firmest(rowOf(pool.probabilities!, i), pool.classNames)
  return { order, reason: (i) => `amid a group of unsure images; at best ${guess(i)}` }
}

/** DropQuery (Gupta et al., 2024): images whose guess changes as parts of their embedding are dropped. */
export async function dropQuery(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const { probabilities, masked } = pool
  const best = Int32Array.from(pool.ids, (_, i) => placeOfLargest(rowOf(probabilities!, i)))
  const changed = Int32Array.from(
    pool.ids,
    (_, i) => masked!.filter((m) => placeOfLargest(rowOf(m, i)) !== best[i]).length,
  )
  const half = masked!.length / 2
  const wavering = pool.ids.flatMap((_, i) => (changed[i]! > half ? [i] : []))
  // Too few of them: those that waver least often come along, the most wavering first.
  const few =
    wavering.length >= budget
      ? wavering
      : Array.from(changed.keys())
          .sort((a, b) => changed[b]! - changed[a]!)
          .slice(0, budget)
  const rows = rowsOf(pool.embeddings!, few)
  const found = await kMeans(rows, Math.min(budget, rows.rows), tools)
  const far = squaredToOwn(rows, found)
  const lists = membersOf(found).map((members) => members.sort((a, b) => far[a]! - far[b]!))
  const order = inTurns(lists, budget).map((i) => few[i]!)
  const says = (i: number) => `${changed[i]} of ${masked!.length} guesses change as parts are hidden`
  return { order, reason: (i) => `${says(i)}; ${closestCall(rowOf(probabilities!, i), pool.classNames)}` }
}

/** The closest call of each cluster. */
export async function unsureOfEach(pool: Pool, { budget }: Asked, tools: Tools): Promise<Ranking> {
  const rows = pool.embeddings!
  const found = await kMeans(rows, Math.min(budget, rows.rows), tools)
  const unsure = margin(pool.probabilities!)
  const lists = membersOf(found).map((members) => members.sort((a, b) => unsure[b]! - unsure[a]!))
  const sizes = new Map(lists.flatMap((members) => members.map((i) => [i, members.length] as const)))
  const torn = (i: number) => closestCall(rowOf(pool.probabilities!, i), pool.classNames)
  return {
    order: inTurns(lists, budget),
    reason: (i) => `the closest call of ${sizes.get(i)} similar images: ${torn(i)}`,
  }
}

/** Largest first, without the empty. */
function membersOf({ clusters, clusterOf }: Clustering): number[][] {
  const members: number[][] = Array.from({ length: clusters }, () => [])
  clusterOf.forEach((cluster, row) => members[cluster]!.push(row))
  return members.filter((its) => its.length > 0).sort((a, b) => b.length - a.length)
}

/** To the centre of its own cluster: one distance a row, so that no product of all with all is worth it. */
function squaredToOwn(rows: Matrix, { clusterOf, centres }: Clustering): Float32Array {
  const [own, theirs] = [squaredLengths(rows), squaredLengths(centres)]
  return own.map((length, i) => {
    const [row, centre] = [rowOf(rows, i), rowOf(centres, clusterOf[i]!)]
    return length + theirs[clusterOf[i]!]! - 2 * dot(row, centre)
  })
}
