// What a live head has learnt from: the labelled rows and the products of every two of them, kept from label
// to label, so that a new one costs a row of products.
import type { ClassId, ImageId } from '../../base/index.ts'
import { diagonalOf, matrix, rowOf, rowsBetween, type Matrix, type Tools } from '../../math/index.ts'

export type LiveLesson = {
  readonly images: readonly ImageId[]
  /** [capacity, width]; what stands beyond the images is left from before. */
  readonly rows: Matrix
  /** [capacity, capacity], zeros beyond the images. */
  readonly products: Matrix
}

export const emptyLesson = (width: number): LiveLesson => ({
  images: [],
  rows: matrix(0, width),
  products: matrix(0, 0),
})

/** The rows of the lesson, without what is kept for more. */
export const taughtRows = ({ images, rows }: LiveLesson): Matrix => rowsBetween(rows, 0, images.length)
/** Their products: [images, capacity]. */
export const taughtProducts = ({ images, products }: LiveLesson): Matrix =>
  rowsBetween(products, 0, images.length)

/** Their squared lengths: [images]. */
export const taughtLengths = (lesson: LiveLesson): Float32Array => diagonalOf(taughtProducts(lesson))

type Wanted = {
  readonly labels: ReadonlyMap<ImageId, ClassId>
  /** An embedding, or undefined where there is none yet. */
  readonly rowOf: (image: ImageId) => Float32Array | undefined
}

/** The lesson of these labels. The one before is used up: its memory becomes the new one's. */
export async function nextLesson(
  last: LiveLesson,
  { labels, rowOf: embeddingOf }: Wanted,
  tools: Pick<Tools, 'matmul'>,
): Promise<LiveLesson> {
  const known = new Set(last.images)
  const fresh = [...labels.keys()].flatMap((image) => {
    const row = known.has(image) ? undefined : embeddingOf(image)
    return row ? [{ image, row }] : []
  })
  const kept = last.images.flatMap((image, place) => (labels.has(image) ? [{ image, place }] : []))
  const size = kept.length + fresh.length
  const room = spaceFor(last, size, kept)
  const images = [...kept.map((its) => its.image), ...fresh.map((its) => its.image)]
  fresh.forEach(({ row }, i) => rowOf(room.rows, kept.length + i).set(row))
  if (fresh.length > 0) await multiplyInto(room, { from: kept.length, size }, tools)
  return { ...room, images }
}

type Room = Pick<LiveLesson, 'rows' | 'products'>

const leastRoom = 64

/** Where all of the last stay and fit, their own memory; else new memory, with those that stay together. */
function spaceFor(last: LiveLesson, size: number, kept: readonly { readonly place: number }[]): Room {
  if (kept.length === last.images.length && size <= last.rows.rows) return last
  const capacity = Math.max(leastRoom, Math.ceil((size * 1.25) / leastRoom) * leastRoom)
  const rows = matrix(capacity, last.rows.columns)
  const products = matrix(capacity, capacity)
  kept.forEach(({ place }, i) => {
    rowOf(rows, i).set(rowOf(last.rows, place))
    const [from, to] = [rowOf(last.products, place), rowOf(products, i)]
    kept.forEach((other, j) => (to[j] = from[other.place]!))
  })
  return { rows, products }
}

type Part = { readonly from: number; readonly size: number }

/** Products of the rows from there on with all rows, by row and by column. */
async function multiplyInto(
  { rows, products }: Room,
  { from, size }: Part,
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<void> {
  const all = rowsBetween(rows, 0, size)
  const fresh = matrix(size - from, rows.columns, all.data.subarray(from * rows.columns))
  const made = await matmul(fresh, all)
  for (let i = from; i < size; i++) {
    const row = rowOf(made, i - from)
    rowOf(products, i).set(row)
    for (let j = 0; j < size; j++) products.data[j * products.columns + i] = row[j]!
  }
}
