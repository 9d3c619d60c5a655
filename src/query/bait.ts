// BAIT (Ash et al., 2021): the batch after which the model's error over the whole pool is expected least,
// tr(M⁻¹ F), M the Fisher information of all that is labelled and F that of the pool. An image's own is
// h x xᵀ with h = 1 − Σ p², the trace of the softmax's: in full it would have (classes × width)² numbers.
import { matrix, meanOf, placeOfLargest, rowOf, type Matrix, type Tools } from '../math/index.ts'
import type { Pool, Ranking } from './pool.ts'
import { closestCall } from './words.ts'

const widthMax = 128 // an even projection to so many keeps products within a tenth
const ridge = 1 // the authors'

export async function bait(
  pool: Pool,
  { budget }: { readonly budget: number },
  tools: Tools,
): Promise<Ranking> {
  const by = projection(pool.embeddings!.columns, tools)
  const x = by ? await tools.matmul(pool.embeddings!, by) : pool.embeddings!
  const doubt = Float64Array.from({ length: x.rows }, (_, i) => doubtOf(rowOf(pool.probabilities!, i)))
  const scene = await sceneOf(x, doubt, tools)
  await learn(scene, pool.labelled && by ? await tools.matmul(pool.labelled, by) : pool.labelled, tools)
  // Twice as many are taken in, then the least useful let go: the authors' way out of a greedy choice.
  const chosen = new Set<number>()
  const enough = Math.min(budget, x.rows)
  while (chosen.size < Math.min(2 * enough, x.rows)) {
    const next = bestPlace(scene, (i) => !chosen.has(i))
    chosen.add(next)
    await take(scene, { place: next, by: doubt[next]! }, tools)
  }
  while (chosen.size > enough) {
    const least = leastUseful(scene, chosen)
    chosen.delete(least)
    await take(scene, { place: least, by: -doubt[least]! }, tools)
  }
  const torn = (i: number) => closestCall(rowOf(pool.probabilities!, i), pool.classNames)
  return { order: [...chosen], reason: (i) => `tells most about all other images; ${torn(i)}` }
}

const doubtOf = (p: Float32Array): number =>
  Math.max(1e-6, 1 - p.reduce((sum, value) => sum + value * value, 0))

function projection(width: number, { random }: Tools): Matrix | null {
  if (width <= widthMax) return null
  const data = new Float32Array(widthMax * width)
  for (let i = 0; i < data.length; i++) data[i] = random.normal() / Math.sqrt(widthMax)
  return matrix(widthMax, width, data)
}

/** A = M⁻¹ and B = M⁻¹ F M⁻¹, with a = x A x and b = x B x of every image, kept as M grows by one image. */
type Scene = {
  readonly x: Matrix
  readonly doubt: Float64Array
  readonly inverse: Float64Array
  readonly spread: Float64Array
  readonly a: Float64Array
  readonly b: Float64Array
}

async function sceneOf(x: Matrix, doubt: Float64Array, tools: Tools): Promise<Scene> {
  const width = x.columns
  const [columns, weighed] = [matrix(width, x.rows), matrix(width, x.rows)]
  for (let row = 0, at = 0; row < x.rows; row++) {
    for (let c = 0; c < width; c++, at++) {
      columns.data[c * x.rows + row] = x.data[at]!
      weighed.data[c * x.rows + row] = doubt[row]! * x.data[at]!
    }
  }
  const { data: fisher } = await tools.matmul(weighed, columns)
  const inverse = new Float64Array(width * width)
  for (let i = 0; i < width; i++) inverse[i * (width + 1)] = 1 / ridge
  const spread = Float64Array.from(fisher, (value) => value / ridge ** 2)
  const form = async (by: Float64Array) => {
    const { data } = await tools.matmul(x, matrix(width, width, Float32Array.from(by)))
    return Float64Array.from({ length: x.rows }, (_, i) => dotOf(x.data, data, { at: i * width, width }))
  }
  return { x, doubt, inverse, spread, a: await form(inverse), b: await form(spread) }
}

function dotOf(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  { at, width }: { readonly at: number; readonly width: number },
): number {
  let sum = 0
  for (let i = at; i < at + width; i++) sum += x[i]! * y[i]!
  return sum
}

/** Labelled images are sure by now, but were as doubtful as the pool when they were asked about. */
async function learn(scene: Scene, labelled: Matrix | null, tools: Tools): Promise<void> {
  const mean = meanOf(scene.doubt)
  for (let i = 0; i < (labelled?.rows ?? 0); i++)
    await grow(scene, { z: rowOf(labelled!, i), by: mean }, tools)
}

const take = (scene: Scene, { place, by }: { place: number; by: number }, tools: Tools): Promise<void> =>
  grow(scene, { z: rowOf(scene.x, place), by }, tools)

/**
 * M + h z zᵀ, by Sherman and Morrison: with u = A z, v = B z, c = h / (1 + h z·u) and s = z·v
 * A − c u uᵀ and B − c (u vᵀ + v uᵀ) + c² s u uᵀ.
 */
async function grow(scene: Scene, { z, by }: { z: Float32Array; by: number }, tools: Tools): Promise<void> {
  const { x, inverse, spread, a, b } = scene
  const width = x.columns
  const both = matrix(2, width)
  const [u, v] = [rowOf(both, 0), rowOf(both, 1)]
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      u[i]! += inverse[i * width + j]! * z[j]!
      v[i]! += spread[i * width + j]! * z[j]!
    }
  }
  const c = by / (1 + by * dotOf(z, u, { at: 0, width }))
  const s = dotOf(z, v, { at: 0, width })
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      const uu = u[i]! * u[j]!
      inverse[i * width + j]! -= c * uu
      spread[i * width + j]! += c * (c * s * uu - u[i]! * v[j]! - v[i]! * u[j]!)
    }
  }
  const { data } = await tools.matmul(x, both)
  for (let i = 0; i < x.rows; i++) {
    const [p, q] = [data[2 * i]!, data[2 * i + 1]!]
    a[i]! -= c * p * p
    b[i]! += c * (c * s * p * p - 2 * p * q)
  }
}

/** By how much tr(M⁻¹ F) falls with an image: h b / (1 + h a). */
function bestPlace({ doubt, a, b }: Scene, isOpen: (place: number) => boolean): number {
  return placeOfLargest(
    a.map((its, i) => (isOpen(i) ? (doubt[i]! * b[i]!) / (1 + doubt[i]! * its) : -Infinity)),
  )
}

/** And by how much it would rise without: h b / (1 − h a). */
function leastUseful({ doubt, a, b }: Scene, chosen: ReadonlySet<number>): number {
  const places = [...chosen]
  return places[placeOfLargest(places.map((i) => (-doubt[i]! * b[i]!) / (1 - doubt[i]! * a[i]!)))]!
}
