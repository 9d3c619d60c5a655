import { meanOf } from '../math/index.ts'
/** Of each row k others, nearest first: [rows, k]. */
export type Near = { readonly k: number; readonly ids: Int32Array; readonly distances: Float64Array }
/** How strongly rows hold on to others: in a map, pairs that attract each other. */
export type Ties = {
  readonly from: Int32Array
  readonly to: Int32Array
  /** The strongest have 1. */
  readonly strength: Float32Array
}

const halvings = 40

/**
 * exp(−(d − ρ)/σ) of each neighbour: ρ is the nearest's distance, and σ such that the strengths sum to log₂ k
 * (McInnes, Healy and Melville 2018): where rows lie thinly, far is nearer than where they are dense.
 */
export function strengthsOf({ k, distances }: Pick<Near, 'k' | 'distances'>): Float32Array {
  const strengths = new Float32Array(distances.length)
  for (let first = 0; first < distances.length; first += k) {
    const own = distances.subarray(first, first + k)
    const nearest = own.find((d) => d > 0) ?? 0
    const width = widthFor(own, nearest)
    for (let i = 0; i < k; i++)
      strengths[first + i] = own[i]! <= nearest ? 1 : Math.exp((nearest - own[i]!) / width)
  }
  return strengths
}

function widthFor(distances: Float64Array, nearest: number): number {
  const wanted = Math.log2(distances.length)
  const mean = meanOf(distances)
  let [low, high] = [1e-3 * mean || 1e-9, 1e3 * mean || 1]
  for (let i = 0; i < halvings; i++) {
    const middle = Math.sqrt(low * high)
    let sum = 0
    for (const d of distances) sum += Math.exp(Math.min(0, (nearest - d) / middle))
    if (sum > wanted) high = middle
    else low = middle
  }
  return low
}

/** Either of two rows may call the other near: a + b − a·b; each pair once, the lower row first. */
export function tiesOf(near: Near): Ties {
  const { k, ids } = near
  const strengths = strengthsOf(near)
  const of = new Map<number, number>()
  const rows = ids.length / Math.max(1, k)
  ids.forEach((other, at) => {
    const row = Math.floor(at / k)
    const key = Math.min(row, other) * rows + Math.max(row, other)
    const before = of.get(key) ?? 0
    of.set(key, before + strengths[at]! - before * strengths[at]!)
  })
  const keys = [...of.keys()]
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / rows)),
    to: Int32Array.from(keys, (key) => key % rows),
    strength: Float32Array.from(of.values()),
  }
}
