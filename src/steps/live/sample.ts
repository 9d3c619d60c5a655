// An even draw of the images that a live head asks about, with how far each is from the nearest labelled one:
// choices that compare images look at these, and each answer costs them one product of rows. Of 350 images of
// 2048 numbers the products of every two take 7 ms, of 50 with all of them 1.
import type { ImageId } from '../../base/index.ts'
import {
  matrix,
  randomFrom,
  rowOf,
  rowsBetween,
  rowsOf,
  shuffleInto,
  type Matrix,
  type Tools,
} from '../../math/index.ts'
import { squaredToNearest, type Pool } from '../../query/index.ts'
import { taughtRows, type LiveLesson } from './lesson.ts'
import { poolRows, type LivePool } from './pool.ts'

export type LiveSample = {
  readonly images: readonly ImageId[]
  readonly rows: Matrix
  /** Of every two rows. */
  readonly products: Matrix
  /** Squared; infinite while nothing is labelled. */
  readonly nearest: Float32Array
  readonly taught: readonly ImageId[]
}

// A mean over 750 is within 4 points of that over all, 19 times in 20. With 300, sessions on real embeddings
// were two points worse than with all images (docs/decisions/019). Answered ones leave it.
const sampleSize = 750

/** The sample as it is after the lesson: the one before brought up to date, or another pool's drawn anew. */
export async function nextSample(
  last: LiveSample | undefined,
  of: Drawing & { readonly lesson: LiveLesson },
  tools: Pick<Tools, 'matmul'>,
): Promise<LiveSample> {
  const { images, rows, products } = last ?? (await drawn(of, tools))
  const { lesson } = of
  const rowsTaught = taughtRows(lesson)
  const isLonger = last?.taught.every((image, i) => image === lesson.images[i]) ?? false
  const from = isLonger ? last!.taught.length : 0
  const fresh = rowsBetween(rowsTaught, from, rowsTaught.rows)
  const nearest = await squaredToNearest(rows, fresh, tools)
  if (isLonger) last!.nearest.forEach((far, i) => (nearest[i] = Math.min(far, nearest[i]!)))
  return { images, rows, products, nearest, taught: lesson.images }
}

type Drawing = { readonly pool: LivePool; readonly ids: readonly ImageId[]; readonly seed: number }

async function drawn({ pool, ids, seed }: Drawing, { matmul }: Pick<Tools, 'matmul'>) {
  const known = ids.filter((id) => pool.placeOf(id) >= 0)
  const images = shuffleInto(known, randomFrom(seed)).slice(0, sampleSize)
  const rows = poolRows(pool, images)
  return { images, rows, products: await matmul(rows, rows) }
}

type Some = { readonly images: readonly ImageId[]; readonly rows: Matrix; readonly taught: Matrix }

/** What a choice among these asks of every two, where most are of the sample: the others cost a product. */
export async function comparedBySample(
  sample: LiveSample,
  { images, rows, taught }: Some,
  tools: Pick<Tools, 'matmul'>,
): Promise<Pick<Pool, 'nearest' | 'products'>> {
  if (images.length > 2 * sample.images.length) return { nearest: null, products: null }
  const placeOf = new Map(sample.images.map((image, place) => [image, place]))
  const places = Int32Array.from(images, (image) => placeOf.get(image) ?? -1)
  const others = [...places.keys()].filter((i) => places[i]! < 0)
  const some = rowsOf(rows, others)
  const nearest = Float32Array.from(places, (place) => sample.nearest[place] ?? 0)
  const far = await squaredToNearest(some, taught, tools)
  others.forEach((i, other) => (nearest[i] = far[other]!))
  const products = matrix(images.length, images.length)
  places.forEach((place, i) => {
    if (place < 0) return
    const [from, to] = [rowOf(sample.products, place), rowOf(products, i)]
    for (let j = 0; j < to.length; j++) if (places[j]! >= 0) to[j] = from[places[j]!]!
  })
  const across = await tools.matmul(some, rows)
  others.forEach((i, other) => {
    rowOf(products, i).set(rowOf(across, other))
    rowOf(across, other).forEach((product, j) => (products.data[j * products.columns + i] = product))
  })
  return { nearest, products }
}
