// A determinantal point process: the batch whose determinant of L is large holds unsure images that differ.
// L_ij = q_i q_j exp(−|x_i − x_j|²); greedy, by an incremental Cholesky factor (Chen, Zhang and Zhou, 2018).
import { placeOfLargest, rowOf, squaredLengths, type Tools } from '../math/index.ts'
import { ahead } from './ahead.ts'
import { largest } from './order.ts'
import type { Pool, Ranking } from './pool.ts'
import { margin } from './scores.ts'
import { closestCall } from './words.ts'

const leastQuality = 0.05 // at 0 an image would be like all others; a sure one still counts a little
const leastVolume = 1e-6 // below it the rest is rounding: such an image equals a chosen one

export async function determinantal(
  pool: Pool,
  { budget }: { readonly budget: number },
  tools: Tools,
): Promise<Ranking> {
  const rows = pool.embeddings!
  const quality = margin(pool.probabilities!).map((unsure) => leastQuality + unsure)
  const lengths = squaredLengths(rows)
  const productsOf = ahead(rows, (some) => tools.matmul(some, rows))
  // What each would still add to the volume, squared; and the Cholesky factor, a column for each chosen.
  const left = quality.map((q) => q * q)
  const factors: Float32Array[] = []
  const order: number[] = []
  for (
    let next = placeOfLargest(left);
    order.length < budget && left[next]! > leastVolume;
    next = placeOfLargest(left)
  ) {
    const products = await productsOf(next, (count) => largest(left, count))
    const likeness = (i: number) =>
      quality[i]! * quality[next]! * Math.exp(2 * products[i]! - lengths[i]! - lengths[next]!)
    const factor = nextFactor(factors, { likeness, next, size: Math.sqrt(left[next]!), count: left.length })
    for (let i = 0; i < left.length; i++) left[i] = left[i]! - factor[i]! ** 2
    // Rounding may leave a chosen one a little; what is below 0 only falls.
    left[next] = -1
    factors.push(factor)
    order.push(next)
  }
  const torn = (i: number) => closestCall(rowOf(pool.probabilities!, i), pool.classNames)
  return { order, reason: (i) => `unlike the others asked about; ${torn(i)}` }
}

type Step = {
  readonly likeness: (i: number) => number
  readonly next: number
  readonly size: number
  readonly count: number
}

/** e_i = (L_ji − c_j · c_i) / d_j */
function nextFactor(factors: readonly Float32Array[], { likeness, next, size, count }: Step): Float32Array {
  const sums = new Float32Array(count)
  for (const factor of factors) {
    const own = factor[next]!
    for (let i = 0; i < factor.length; i++) sums[i]! += own * factor[i]!
  }
  return sums.map((sum, i) => (likeness(i) - sum) / size)
}
