// A live head's weights: learnt from where they stood before the last labels.
import type { ClassId, ImageId } from '../../base/index.ts'
import { fitInSpan, matrix } from '../../math/index.ts'
import type { Head } from '../../runtime/index.ts'
import { balancedWeights, pullOn, type HeadSettings } from '../head-settings.ts'
import { taughtProducts, taughtRows, type LiveLesson } from './lesson.ts'
import type { World } from '../world.ts'

/** The share of each image in each class's weights, then the bias: what `fitInSpan` gives. */
export type LiveFit = {
  readonly images: readonly ImageId[]
  readonly classes: readonly ClassId[]
  readonly at: Float64Array
}

export const noFit: LiveFit = { images: [], classes: [], at: new Float64Array() }

export type Learning = {
  readonly lesson: LiveLesson
  readonly classes: readonly ClassId[]
  /** The place of each image's class. */
  readonly classOf: Int32Array
  readonly settings: HeadSettings
}

// Of the mean loss. On 50,000 made-up images the likeliest class is then that of a full training on all of
// them; at 3e-4 it was so on 99.0 to 99.8% of real ones.
const tolerance = 5e-5

export async function nextFit(
  last: LiveFit,
  { lesson, classes, classOf, settings }: Learning,
  { matmul }: Pick<World['runtime'], 'matmul'>,
): Promise<LiveFit> {
  const pull = pullOn(classes.length, settings.pull)
  const weights = settings.isBalanced ? balancedWeights(classOf) : undefined
  const products = taughtProducts(lesson)
  const start = startOf(last, lesson.images, classes)
  const at = await fitInSpan({ products, classOf, classes: classes.length, pull, weights }, start, {
    matmul,
    tolerance,
  })
  return { images: lesson.images, classes, at }
}

/** As they were; zero for what is new. */
function startOf(last: LiveFit, images: readonly ImageId[], classes: readonly ClassId[]): Float64Array {
  const start = new Float64Array((images.length + 1) * classes.length)
  const before = new Map(last.images.map((image, row) => [image, row]))
  const columns = classes.map((id) => last.classes.indexOf(id))
  const fill = (row: number, from: number): void =>
    columns.forEach((column, c) => {
      if (column >= 0) start[row * classes.length + c] = last.at[from * last.classes.length + column]!
    })
  images.forEach((image, row) => {
    const from = before.get(image)
    if (from !== undefined) fill(row, from)
  })
  fill(images.length, last.images.length)
  return start
}

/** weights = Σ share · row */
export async function headOfFit(
  { at, images, classes }: LiveFit,
  lesson: LiveLesson,
  { combined }: Pick<World['runtime'], 'combined'>,
): Promise<Head> {
  const shares = matrix(classes.length, images.length)
  images.forEach((_, i) => {
    for (let c = 0; c < classes.length; c++) shares.data[c * images.length + i] = at[i * classes.length + c]!
  })
  return {
    weights: await combined(shares, taughtRows(lesson)),
    bias: Float32Array.from(at.subarray(images.length * classes.length)),
  }
}
