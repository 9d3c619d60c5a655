import type { ImageId } from '../base/index.ts'
import { rowsOf, type Matrix } from '../math/index.ts'

/** What may be asked about; row i of each matrix belongs to `ids[i]`. */
export type Pool = {
  readonly ids: readonly ImageId[]
  readonly embeddings: Matrix | null
  /** [images, classes] */
  readonly probabilities: Matrix | null
  /** Probabilities by each of several heads, taught with other draws of the labels. */
  readonly ensemble: readonly Matrix[] | null
  /** Probabilities by the head, of embeddings that each have lost another part of their numbers. */
  readonly masked: readonly Matrix[] | null
  /** What asking about each costs, above 0; where there is none, all cost the same. */
  readonly costs: Float32Array | null
  /** Embeddings of the images that have a label already. */
  readonly labelled: Matrix | null
  /** The squared distance of each to the nearest of those, where it is known beforehand. */
  readonly nearest: Float32Array | null
  /** The product of every two embeddings, where they are known beforehand. */
  readonly products: Products | null
  /** The class of each labelled one, by its place among the names; −1 where the model does not know it. */
  readonly labels: Int32Array | null
  readonly classNames: readonly string[]
  /** The image that each nearly equals. */
  readonly nearTo: readonly (ImageId | null)[]
}

/** Read row by row: a square of 800 gathered anew for each answer is 2.6 MB of fresh memory, 5 ms. */
export type Products = {
  readonly size: number
  /** Squared, of each row. */
  readonly lengths: Float32Array
  /** The products of one with the first, as many as the row takes. */
  rowInto(row: Float32Array, index: number): void
}

export const emptyPool: Pool = {
  ids: [],
  embeddings: null,
  probabilities: null,
  ensemble: null,
  masked: null,
  costs: null,
  labelled: null,
  nearest: null,
  products: null,
  labels: null,
  classNames: [],
  nearTo: [],
}

export type Choice = {
  readonly image: ImageId
  /** Why, in plain words: shown beside the question. */
  readonly reason: string
}

/** Places in the pool, the best first, and why each stands where it stands. */
export type Ranking = {
  readonly order: ArrayLike<number>
  readonly reason: (index: number) => string
}

/** The part of a pool that these places name, in their order. */
export function part(pool: Pool, places: readonly number[]): Pool {
  if (places.length === pool.ids.length && places.every((place, i) => place === i)) return pool
  const rows = (m: Matrix | null) => m && rowsOf(m, places)
  return {
    ...pool,
    ids: places.map((place) => pool.ids[place]!),
    nearTo: places.map((place) => pool.nearTo[place] ?? null),
    embeddings: rows(pool.embeddings),
    probabilities: rows(pool.probabilities),
    ensemble: pool.ensemble?.map((m) => rowsOf(m, places)) ?? null,
    masked: pool.masked?.map((m) => rowsOf(m, places)) ?? null,
    products: pool.products && partOf(pool.products, places),
    nearest: pool.nearest && Float32Array.from(places, (place) => pool.nearest![place]!),
    costs: pool.costs && Float32Array.from(places, (place) => pool.costs![place]!),
  }
}

function partOf(products: Products, places: readonly number[]): Products {
  const whole = new Float32Array(products.size)
  return {
    size: places.length,
    lengths: Float32Array.from(places, (place) => products.lengths[place]!),
    rowInto(row, index) {
      products.rowInto(whole, places[index]!)
      for (let i = 0; i < row.length; i++) row[i] = whole[places[i]!]!
    },
  }
}
