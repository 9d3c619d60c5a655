// An even draw of the images that a live head asks about, with how far each is from the nearest labelled one:
// choices that compare images look at these, and each answer costs them one product of rows. Of 800 images of
// 2048 numbers the products of every two take 30 ms, of 50 with all of them 3.
import type { ImageId } from '../../base/index.ts'
import {
  diagonalOf,
  randomFrom,
  rowOf,
  rowsBetween,
  shuffleInto,
  type Matrix,
  type Tools,
} from '../../math/index.ts'
import { squaredToNearest, type Products } from '../../query/index.ts'
import { taughtLengths, taughtRows, type LiveLesson } from './lesson.ts'
import { poolRows, type LivePool } from './pool.ts'

export type LiveSample = {
  readonly images: readonly ImageId[]
  readonly rows: Matrix
  /** Of every two rows. */
  readonly products: Matrix
  /** Squared; infinite while nothing is labelled. */
  readonly nearest: Float32Array
  readonly taught: readonly ImageId[]
  /** Of the rows taught, squared. */
  readonly taughtLengths: Float32Array
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
  const { matmul } = tools
  const lengthsTaught = taughtLengths(lesson)
  const lengths = { rows: diagonalOf(products), others: lengthsTaught.subarray(from) }
  const nearest = await squaredToNearest(rows, fresh, { matmul, lengths })
  if (isLonger) last!.nearest.forEach((far, i) => (nearest[i] = Math.min(far, nearest[i]!)))
  return { images, rows, products, nearest, taught: lesson.images, taughtLengths: lengthsTaught }
}

type Drawing = { readonly pool: LivePool; readonly ids: readonly ImageId[]; readonly seed: number }

async function drawn({ pool, ids, seed }: Drawing, { matmul }: Pick<Tools, 'matmul'>) {
  const known = ids.filter((id) => pool.placeOf(id) >= 0)
  const images = shuffleInto(known, randomFrom(seed)).slice(0, sampleSize)
  const rows = poolRows(pool, images)
  return { images, rows, products: await matmul(rows, rows) }
}

type Some = {
  readonly images: readonly ImageId[]
  readonly rowsOf: (images: readonly ImageId[]) => Matrix
  readonly taught: Matrix
}

/** What a choice among these asks of every two, where most are of the sample: the others cost a product. */
export async function comparedBySample(
  sample: LiveSample,
  { images, rowsOf, taught }: Some,
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<{ readonly products: Products; readonly nearest: Float32Array } | undefined> {
  if (images.length > 2 * sample.images.length) return undefined
  const placeOf = new Map(sample.images.map((image, place) => [image, place]))
  const others = images.filter((image) => !placeOf.has(image))
  others.forEach((image, i) => placeOf.set(image, sample.images.length + i))
  const places = Int32Array.from(images, (image) => placeOf.get(image)!)
  const rows = rowsOf(others)
  // Many rows by few: the other way round the product packs the many, and takes twice as long.
  const among = { across: await matmul(sample.rows, rows), apart: await matmul(rows, rows) }
  const lengths = { rows: diagonalOf(among.apart), others: sample.taughtLengths }
  const far = await squaredToNearest(rows, taught, { matmul, lengths })
  const { products: kept, nearest } = sample
  return {
    products: joined(places, { kept, ...among }),
    nearest: Float32Array.from(places, (at) => (at < kept.rows ? nearest[at]! : far[at - kept.rows]!)),
  }
}

type Joining = {
  /** Of every two of the sample, of the sample with the others, and of every two others. */
  readonly kept: Matrix
  readonly across: Matrix
  readonly apart: Matrix
}

/** Of images by their places: in the sample, then among the others. */
function joined(places: Int32Array, { kept, across, apart }: Joining): Products {
  const size = kept.rows
  const others = Int32Array.from(places.keys()).filter((i) => places[i]! >= size)
  const within = places.map((at) => (at < size ? at : 0))
  const rowInto: Products['rowInto'] = (row, index) => {
    const at = places[index]!
    const other = at - size
    const its = other >= 0 ? across.data.subarray(other) : rowOf(kept, at)
    const step = other >= 0 ? across.columns : 1
    // A plain loop without a branch, put right below: 800 rows take 2 ms, not 8.
    for (let i = 0; i < row.length; i++) row[i] = its[within[i]! * step]!
    const withOthers = other >= 0 ? rowOf(apart, other) : rowOf(across, at)
    for (let k = 0; others[k]! < row.length; k++) row[others[k]!] = withOthers[places[others[k]!]! - size]!
  }
  const lengthOf = (at: number) =>
    at >= size ? apart.data[(at - size) * (apart.columns + 1)]! : kept.data[at * (size + 1)]!
  return { size: places.length, lengths: Float32Array.from(places, lengthOf), rowInto }
}
