// Training and applying the softmax head. One session of each kind serves all heads: weights are inputs.
import { Failure } from '../base/index.ts'
import { floatsOf, readOnnx } from '../formats/index.ts'
import { toOnnx } from '../graph/index.ts'
import { matrix, minimise, type Matrix, type Slope } from '../math/index.ts'
import { headModel, headNames as names } from '../nets/index.ts'
import type { Head, HeadOptions, Session, Tensor } from './runtime.ts'

// Of the mean loss, as scikit-learn counts it; its own default is 1e-4.
const tolerance = 1e-5
/** So far below the others' that a class without a single label is never guessed. */
const biasOfUnseen = -30

/**
 * The minimum of Σ cross-entropy + pull / 2 · ‖weights‖², bias free: scikit-learn's LogisticRegression with C = 1 / pull.
 * The problem is convex, so that the seed changes nothing.
 */
export async function trainHead(
  session: Session,
  { rows, classOf }: { readonly rows: Matrix; readonly classOf: Int32Array },
  options: HeadOptions,
): Promise<Head> {
  checkLesson(rows, classOf, options)
  const seen = [...new Set(classOf)].sort((a, b) => a - b)
  const lesson = { session, rows, answers: answersOf(classOf, seen), classes: seen.length, options }
  const { at } = await minimise((x) => lossAt(lesson, x), startOf(seen, rows.columns, options.from), {
    tolerance,
  })
  const split = seen.length * rows.columns
  const weights = matrix(options.classes, rows.columns)
  const bias = new Float32Array(options.classes).fill(biasOfUnseen)
  for (const [place, its] of seen.entries()) {
    weights.data.set(at.subarray(place * rows.columns, (place + 1) * rows.columns), its * rows.columns)
    bias[its] = at[split + place]!
  }
  return { weights, bias }
}

function checkLesson(rows: Matrix, classOf: Int32Array, { classes, pull, from }: HeadOptions): void {
  const fail = (rule: string): never => {
    throw new Failure('bad-input', `cannot train a head: ${rule}`)
  }
  if (rows.rows === 0) fail('it needs at least one labelled image, and there are 0')
  if (classOf.length !== rows.rows)
    fail(`${rows.rows} rows need as many classes, and there are ${classOf.length}`)
  const stray = classOf.find((its) => its < 0 || its >= classes)
  if (stray !== undefined) fail(`classes count from 0 to ${classes - 1}, and one is ${stray}`)
  if (!(pull > 0 && Number.isFinite(pull))) fail(`the pull must be above 0, and it is ${pull}`)
  if (from && from.weights.columns !== rows.columns) {
    fail(`the head to begin from takes rows of ${from.weights.columns}, and these have ${rows.columns}`)
  }
}

/** A row of zeros and a one for each image. */
function answersOf(classOf: Int32Array, seen: readonly number[]): Float32Array {
  const placeOf = new Map(seen.map((its, place) => [its, place]))
  const answers = new Float32Array(classOf.length * seen.length)
  for (const [i, its] of classOf.entries()) answers[i * seen.length + placeOf.get(its)!] = 1
  return answers
}

/** Weights, then biases, of the classes seen: as they were before, zero where the head is new to a class. */
function startOf(seen: readonly number[], width: number, from: Head | undefined): Float64Array {
  const start = new Float64Array(seen.length * (width + 1))
  for (const [place, its] of seen.entries()) {
    if (!from || its >= from.weights.rows || from.bias[its] === biasOfUnseen) continue
    start.set(from.weights.data.subarray(its * width, (its + 1) * width), place * width)
    start[seen.length * width + place] = from.bias[its]!
  }
  return start
}

type Lesson = {
  readonly session: Session
  readonly rows: Matrix
  readonly answers: Float32Array
  readonly classes: number
  readonly options: HeadOptions
}

/** Mean loss and gradient: products in float32 by ONNX Runtime, sums and the pull in float64. */
async function lossAt(
  { session, rows, answers, classes, options }: Lesson,
  at: Float64Array,
): Promise<Slope> {
  if (options.signal?.aborted) throw new Failure('cancelled', 'the training of a head was cancelled')
  const split = classes * rows.columns
  const out = await session.run({
    [names.rows]: { shape: [rows.rows, rows.columns], data: rows.data },
    [names.answers]: { shape: [rows.rows, classes], data: answers },
    [names.weights]: { shape: [classes, rows.columns], data: Float32Array.from(at.subarray(0, split)) },
    [names.bias]: { shape: [classes], data: Float32Array.from(at.subarray(split)) },
  })
  // Two classes are one weight vector w to scikit-learn; ours are ±w / 2, whose squares sum to half of its.
  const pull = classes === 2 ? 2 * options.pull : options.pull
  let value = numbers(out, names.losses).reduce((sum: number, loss) => sum + loss, 0)
  const gradient = new Float64Array(at.length)
  gradient.set(numbers(out, names.byWeights))
  gradient.set(numbers(out, names.byBias), split)
  for (let i = 0; i < split; i++) {
    value += (pull / 2) * at[i]! * at[i]!
    gradient[i]! += pull * at[i]!
  }
  for (let i = 0; i < gradient.length; i++) gradient[i]! /= rows.rows
  if (Number.isFinite(value)) return { value: value / rows.rows, gradient }
  throw new Failure('bad-input', `cannot train a head: every number must be finite, and the loss is ${value}`)
}

function numbers(out: Readonly<Record<string, Tensor>>, name: string): Float32Array {
  const data = out[name]?.data
  if (data instanceof Float32Array) return data
  throw new Failure('crashed', `the head's graph gave no numbers named ${name}`)
}

/** [images, classes] */
export async function guess(session: Session, head: Head, rows: Matrix): Promise<Matrix> {
  const { weights, bias } = head
  if (weights.columns !== rows.columns) {
    throw new Failure(
      'bad-input',
      `cannot apply a head: it takes rows of ${weights.columns}, and these have ${rows.columns}`,
    )
  }
  if (rows.rows === 0) return matrix(0, weights.rows)
  const out = await session.run({
    [names.rows]: { shape: [rows.rows, rows.columns], data: rows.data },
    [names.weights]: { shape: [weights.rows, weights.columns], data: weights.data },
    [names.bias]: { shape: [bias.length], data: bias },
  })
  return matrix(rows.rows, weights.rows, numbers(out, names.probabilities))
}

export const headToOnnx = ({ weights, bias }: Head): Uint8Array =>
  toOnnx(headModel({ classes: weights.rows, width: weights.columns, weights: weights.data, bias }))

export function headFromOnnx(model: Uint8Array): Head {
  const { constants } = readOnnx(model)
  const [weights, bias] = [constants.get(names.weights), constants.get(names.bias)]
  const [classes, width] = weights?.shape ?? []
  if (!weights || !bias || classes === undefined || width === undefined || bias.shape[0] !== classes) {
    throw new Failure(
      'corrupt-data',
      'cannot read a head: its file must hold weights [classes, width] and a bias [classes], and it does not',
    )
  }
  return { weights: matrix(classes, width, floatsOf(weights.data)), bias: floatsOf(bias.data) }
}
