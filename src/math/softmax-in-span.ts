// Softmax regression whose weights are sums of its own rows, Σ share · row, as they are at the minimum. Then
// no look needs the rows, only x · x′ of every two: 1,000 rows of 2048 numbers become a square of 4 MB.
import { assert } from '../base/index.ts'
import { matrix, type Matrix } from './matrix.ts'
import type { Tools } from './tools.ts'
import { addInto, dot } from './vectors.ts'

export type SpanLesson = {
  /** x · x′ of every two rows: [rows, rows or more], zeros beyond the rows. */
  readonly products: Matrix
  readonly classOf: Int32Array
  readonly classes: number
  readonly pull: number
  /** How much each row counts; 1 where it is not said. */
  readonly weights?: Float64Array | undefined
}
export type SpanOptions = Pick<Tools, 'matmul'> & {
  /** Stops where the gradient of the mean loss is no longer than this. */
  readonly tolerance: number
}

// From nothing, 1,000 labels of ten classes took 8 steps and 120 products; one label more, one step of ten.
const stepsMax = 30
const turnsMax = 100
// A step need not be better than the parabola it stands on: a tenth of the gradient is left to the next.
const forcing = 0.1
const halvingsMax = 20

/**
 * The minimum of Σ cross-entropy + pull / 2 · ‖weights‖², bias free, by Newton's steps, each by conjugate
 * gradients (Nocedal and Wright, algorithm 7.1). What comes and goes is [rows + 1, classes]: the shares of
 * each row, then the bias. Its inner product is u · G v, where G holds the products, and 1 for the bias.
 */
export async function fitInSpan(
  lesson: SpanLesson,
  start: Float64Array,
  { matmul, tolerance }: SpanOptions,
): Promise<Float64Array> {
  const { classOf, classes } = lesson
  assert(
    start.length === (classOf.length + 1) * classes,
    'a start holds a share a row and class, and the bias',
  )
  const metric = metricOf(lesson, matmul)
  const enough = (tolerance * classOf.length) ** 2
  let here = await placeOf(lesson, start, metric)
  for (let step = 0; step < stepsMax && here.squared > enough; step++) {
    const to = await newtonStep(lesson, here, { metric, enough })
    const next = lower(lesson, here, to)
    if (!next) break
    here = await placeOf(lesson, next, metric)
  }
  return here.at
}

type Metric = (v: Float64Array) => Promise<Float64Array>

const metricOf =
  ({ products, classOf, classes }: SpanLesson, matmul: Tools['matmul']): Metric =>
  async (v) => {
    const turned = matrix(classes, products.columns)
    const rows = classOf.length
    for (let i = 0, at = 0; i < rows; i++) {
      for (let c = 0; c < classes; c++) turned.data[c * products.columns + i] = v[at++]!
    }
    const image = Float64Array.from(v)
    image.set((await matmul(products, turned)).data)
    return image
  }

type Placed = {
  readonly at: Float64Array
  readonly image: Float64Array
  readonly loss: number
  readonly probabilities: Float64Array
  /** Minus the gradient, its image, and the square of its length. */
  readonly downhill: Float64Array
  readonly ofDownhill: Float64Array
  readonly squared: number
}

async function placeOf(lesson: SpanLesson, at: Float64Array, metric: Metric): Promise<Placed> {
  const { classOf, classes, pull, weights } = lesson
  const image = await metric(at)
  const probabilities = new Float64Array(classOf.length * classes)
  const loss = lossInto(probabilities, lesson, { at, image })
  const downhill = new Float64Array(at.length)
  const bias = probabilities.length
  for (let i = 0, j = 0; i < classOf.length; i++) {
    for (let c = 0; c < classes; c++, j++) {
      const missing = (weights?.[i] ?? 1) * ((c === classOf[i] ? 1 : 0) - probabilities[j]!)
      downhill[j] = missing - pull * at[j]!
      downhill[bias + c]! += missing
    }
  }
  const ofDownhill = await metric(downhill)
  return { at, image, loss, probabilities, downhill, ofDownhill, squared: dot(downhill, ofDownhill) }
}

type Point = { readonly at: Float64Array; readonly image: Float64Array }

/** Probabilities = softmax(image + bias); the loss with the pull. */
function lossInto(
  probabilities: Float64Array,
  { classOf, classes, pull, weights }: SpanLesson,
  { at, image }: Point,
): number {
  const bias = at.subarray(probabilities.length)
  let [loss, pulled] = [0, 0]
  for (let i = 0, from = 0; i < classOf.length; i++, from += classes) {
    let most = -Infinity
    for (let c = 0; c < classes; c++) {
      pulled += at[from + c]! * image[from + c]!
      most = Math.max(most, (probabilities[from + c] = image[from + c]! + bias[c]!))
    }
    const lead = most - probabilities[from + classOf[i]!]!
    let sum = 0
    for (let c = from; c < from + classes; c++) sum += probabilities[c] = Math.exp(probabilities[c]! - most)
    for (let c = from; c < from + classes; c++) probabilities[c]! /= sum
    loss += (weights?.[i] ?? 1) * (Math.log(sum) + lead)
  }
  return loss + (pull / 2) * pulled
}

type Stepping = { readonly metric: Metric; readonly enough: number }

/** The step to where the parabola at this place is lowest, about. */
async function newtonStep(lesson: SpanLesson, here: Placed, { metric, enough }: Stepping): Promise<Point> {
  const [at, image] = [new Float64Array(here.at.length), new Float64Array(here.at.length)]
  const rest = here.downhill.slice()
  const [direction, ofDirection] = [rest.slice(), here.ofDownhill.slice()]
  let squared = here.squared
  const last = Math.max(squared * forcing ** 2, enough / 9)
  for (let turn = 0; turn < turnsMax && squared > last; turn++) {
    const bent = curved(lesson, here.probabilities, { at: direction, image: ofDirection })
    const length = squared / dot(bent, ofDirection)
    addInto(at, direction, length)
    addInto(image, ofDirection, length)
    addInto(rest, bent, -length)
    const ofRest = await metric(rest)
    const before = squared
    squared = dot(rest, ofRest)
    for (let i = 0; i < rest.length; i++) {
      direction[i] = rest[i]! + (squared / before) * direction[i]!
      ofDirection[i] = ofRest[i]! + (squared / before) * ofDirection[i]!
    }
  }
  return { at, image }
}

/** The curvature of the loss times a direction: p · (t − Σ p t) of each row, t being what its logits gain. */
function curved(
  { classOf, classes, pull, weights }: SpanLesson,
  p: Float64Array,
  { at, image }: Point,
): Float64Array {
  const bent = new Float64Array(at.length)
  for (let i = 0, from = 0; i < classOf.length; i++, from += classes) {
    const weight = weights?.[i] ?? 1
    let mean = 0
    for (let c = 0; c < classes; c++) mean += p[from + c]! * (image[from + c]! + at[p.length + c]!)
    for (let c = 0; c < classes; c++) {
      const its = weight * p[from + c]! * (image[from + c]! + at[p.length + c]! - mean)
      bent[from + c] = its + pull * at[from + c]!
      bent[p.length + c]! += its
    }
  }
  return bent
}

/** As much of the step as goes down; the image is linear, so that no product is needed to see it. */
function lower(lesson: SpanLesson, here: Placed, step: Point): Float64Array | undefined {
  const scratch = new Float64Array(here.probabilities.length)
  for (let halvings = 0, share = 1; halvings < halvingsMax; halvings++, share /= 2) {
    const [at, image] = [here.at.slice(), here.image.slice()]
    addInto(at, step.at, share)
    addInto(image, step.image, share)
    if (lossInto(scratch, lesson, { at, image }) < here.loss) return at
  }
  return undefined
}
