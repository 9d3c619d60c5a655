import type { Slope } from './l-bfgs.ts'
import { shuffleInto, type Random } from './random.ts'

export type Batches = {
  /** How often each row is seen. */
  readonly epochs: number
  /** Rows that each step learns from. */
  readonly batchSize: number
  readonly learningRate: number
}
type AdamOptions = Batches & { readonly count: number; readonly random: Random }

// As its authors recommend, and every library since.
const [decay, decayOfSquares, spare] = [0.9, 0.999, 1e-8]

/**
 * So many epochs of Adam (Kingma and Ba 2015, algorithm 1) over batches that chance shuffles anew each time;
 * `of` gives the slope at a point for the rows at these places.
 */
export async function descend(
  of: (places: Int32Array, at: Float64Array) => Promise<Slope>,
  start: Float64Array,
  { epochs, batchSize, learningRate, count, random }: AdamOptions,
): Promise<Float64Array> {
  const at = start.slice()
  const [mean, squares] = [new Float64Array(at.length), new Float64Array(at.length)]
  const places = Int32Array.from({ length: count }, (_, i) => i)
  let step = 0
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffleInto(places, random)
    for (let from = 0; from < count; from += batchSize) {
      const { gradient } = await of(places.subarray(from, from + batchSize), at)
      step++
      // rate = learningRate · √(1 − β₂ᵗ) / (1 − β₁ᵗ)
      const rate = (learningRate * Math.sqrt(1 - decayOfSquares ** step)) / (1 - decay ** step)
      for (let i = 0; i < at.length; i++) {
        const slope = gradient[i]!
        mean[i] = decay * mean[i]! + (1 - decay) * slope
        squares[i] = decayOfSquares * squares[i]! + (1 - decayOfSquares) * slope * slope
        at[i]! -= (rate * mean[i]!) / (Math.sqrt(squares[i]!) + spare)
      }
    }
  }
  return at
}
