// Training and applying the softmax head. One session of each kind serves all heads: weights are inputs.
import { Failure } from '../base/index.ts'
import { floatsOf, readOnnx } from '../formats/index.ts'
import { toOnnx } from '../graph/index.ts'
import { descend, evenRows, matrix, minimise, randomFrom, rowOf, rowsOf } from '../math/index.ts'
import type { Batches, Matrix, MinimiseOptions, Slope, Tools } from '../math/index.ts'
import { headModel, headNames as names } from '../nets/index.ts'
import type { Head, HeadOptions, Session, Tensor } from './runtime.ts'

// Of the mean loss, as scikit-learn counts it; its own default is 1e-4.
const tolerance = 1e-5
/** So far below the others' that a class without a single label is never guessed. */
const biasOfUnseen = -30

export type HeadTools = Pick<Tools, 'matmul'> & {
  readonly lesson: Promise<Session>
  readonly curvature: () => Promise<Session>
}

/**
 * The minimum of Σ cross-entropy + pull / 2 · ‖weights‖², bias free:
 * scikit-learn's LogisticRegression with C = 1 / pull.
 * The problem is convex, so that the seed changes nothing; in batches it decides their order.
 */
export async function trainHead(
  tools: HeadTools,
  { rows, classOf }: { readonly rows: Matrix; readonly classOf: Int32Array },
  options: HeadOptions,
): Promise<Head> {
  checkLesson(rows, classOf, options)
  const seen = [...new Set(classOf)].sort((a, b) => a - b)
  const pull = pullOf(seen.length, options.pull)
  const answers = answersOf(classOf, seen, { isBalanced: options.isBalanced ?? false })
  const lesson = { session: await tools.lesson, rows, answers, classes: seen.length, pull }
  const slope: SlopeOf = (of, at) => {
    if (options.signal?.aborted) throw new Failure('cancelled', 'the training of a head was cancelled')
    return lossAt(of, at)
  }
  const start = startOf(seen, rows.columns, options.from)
  const at = options.batches
    ? await inBatches(lesson, slope, { start, seed: options.seed, batches: options.batches })
    : await toTheEnd(tools, lesson, { start, slope })
  return headOf(at, seen, { classes: options.classes, width: rows.columns })
}
type SlopeOf = (of: Lesson, at: Float64Array) => Promise<Slope>

async function toTheEnd(
  tools: HeadTools,
  lesson: Lesson,
  { start, slope }: { readonly start: Float64Array; readonly slope: SlopeOf },
): Promise<Float64Array> {
  const precondition = isWorthCurvature(lesson.rows) ? await inverseCurvature(tools, lesson) : undefined
  const options = { tolerance, ...(precondition ? { precondition } : {}) }
  return (await minimise((at) => slope(lesson, at), start, options)).at
}

/** Each batch has its share of the pull, so that all of an epoch have the whole of it. */
function inBatches(
  lesson: Lesson,
  slope: SlopeOf,
  how: { readonly start: Float64Array; readonly seed: number; readonly batches: Batches },
): Promise<Float64Array> {
  const { rows, answers, classes } = lesson
  const of = (places: Int32Array, at: Float64Array) => {
    const some = rowsOf(matrix(rows.rows, classes, answers), places).data
    const pull = (lesson.pull * places.length) / rows.rows
    return slope({ ...lesson, rows: rowsOf(rows, places), answers: some, pull }, at)
  }
  const random = randomFrom(how.seed)
  return descend(of, how.start, { ...how.batches, count: rows.rows, random })
}

/** Two classes are one weight vector w to scikit-learn; ours are ±w / 2, whose squares sum to half of its. */
const pullOf = (classes: number, pull: number): number => (classes === 2 ? 2 * pull : pull)

/** Weights and bias of a class stand together, width + 1 numbers. */
function headOf(
  at: Float64Array,
  seen: readonly number[],
  { classes, width }: { readonly classes: number; readonly width: number },
): Head {
  const weights = matrix(classes, width)
  const bias = new Float32Array(classes).fill(biasOfUnseen)
  for (const [place, its] of seen.entries()) {
    const from = place * (width + 1)
    weights.data.set(at.subarray(from, from + width), its * width)
    bias[its] = at[from + width]!
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

/** A row of zeros and a one for each image, or what the image counts for: then their sum stays. */
function answersOf(
  classOf: Int32Array,
  seen: readonly number[],
  { isBalanced }: { readonly isBalanced: boolean },
): Float32Array {
  const counts = Map.groupBy(classOf, (its) => its)
  const weightOf = (its: number): number =>
    isBalanced ? classOf.length / seen.length / counts.get(its)!.length : 1
  const placeOf = new Map(seen.map((its, place) => [its, place]))
  const answers = new Float32Array(classOf.length * seen.length)
  for (const [i, its] of classOf.entries()) answers[i * seen.length + placeOf.get(its)!] = weightOf(its)
  return answers
}

/** Of the classes seen: as they were before, zero where the head is new to a class. */
function startOf(seen: readonly number[], width: number, from: Head | undefined): Float64Array {
  const start = new Float64Array(seen.length * (width + 1))
  for (const [place, its] of seen.entries()) {
    if (!from || its >= from.weights.rows || from.bias[its] === biasOfUnseen) continue
    start.set(rowOf(from.weights, its), place * (width + 1))
    start[place * (width + 1) + width] = from.bias[its]!
  }
  return start
}

type Lesson = {
  readonly session: Session
  readonly rows: Matrix
  readonly answers: Float32Array
  readonly classes: number
  readonly pull: number
}

/** Mean loss and gradient: products in float32 by ONNX Runtime, sums and the pull in float64. */
async function lossAt({ session, rows, answers, classes, pull }: Lesson, at: Float64Array): Promise<Slope> {
  const width = rows.columns
  const { weights, bias } = headOf(at, [...Array(classes).keys()], { classes, width })
  const out = await session.run({
    [names.rows]: { shape: [rows.rows, width], data: rows.data },
    [names.answers]: { shape: [rows.rows, classes], data: answers },
    [names.weights]: { shape: [classes, width], data: weights.data },
    [names.bias]: { shape: [classes], data: bias },
  })
  const [byWeights, byBias] = [numbers(out, names.byWeights), numbers(out, names.byBias)]
  let value = 0
  for (const loss of numbers(out, names.losses)) value += loss
  const gradient = new Float64Array(at.length)
  for (let its = 0; its < classes; its++) {
    const from = its * (width + 1)
    for (let i = 0; i < width; i++) {
      const weight = at[from + i]!
      value += (pull / 2) * weight * weight
      gradient[from + i] = (byWeights[its * width + i]! + pull * weight) / rows.rows
    }
    gradient[from + width] = byBias[its]! / rows.rows
  }
  if (Number.isFinite(value)) return { value: value / rows.rows, gradient }
  throw new Failure('bad-input', `cannot train a head: every number must be finite, and the loss is ${value}`)
}

/** An inverse costs width³ and saves most looks at the rows (10,000 × 512: 12 to 30, not 50 to 400). */
const isWorthCurvature = ({ rows, columns }: Matrix): boolean => rows > (columns * columns) / 400

// Enough to know the curvature of 512 numbers by: with all 10,000 rows the steps were no fewer.
const rowsOfCurvature = 2048
// Of the mean curvature: below it a float32 inverse is noise.
const ridgeLeast = 1e-5

/** x times an estimate of the inverse curvature of the mean loss. */
async function inverseCurvature(
  { matmul, curvature }: HeadTools,
  { rows, classes, pull }: Lesson,
): Promise<MinimiseOptions['precondition']> {
  const few = evenRows(rows, rowsOfCurvature)
  const size = rows.columns + 1
  const mean = few.data.reduce((sum, x) => sum + x * x, 0) / few.data.length / classes
  const ridge = new Float32Array(size * size)
  const least = mean * ridgeLeast
  for (let i = 0; i < size; i++)
    ridge[i * (size + 1)] = i < size - 1 ? Math.max(pull / rows.rows, least) : least
  const session = await curvature()
  const { inverse } = await session.run({
    rows: { shape: [few.rows, rows.columns], data: few.data },
    ones: { shape: [few.rows, 1], data: new Float32Array(few.rows).fill(1) },
    scale: { shape: [], data: Float32Array.of(1 / (few.rows * classes)) },
    ridge: { shape: [size, size], data: ridge },
  })
  if (!(inverse?.data instanceof Float32Array) || !inverse.data.every(Number.isFinite)) return undefined
  const by = matrix(size, size, inverse.data)
  return async (x) => Float64Array.from((await matmul(matrix(classes, size, Float32Array.from(x)), by)).data)
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
