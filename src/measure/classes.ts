import { assert } from '../base/index.ts'
import { meanOf, placeOfLargest, rowOf, sumOf, type Matrix } from '../math/index.ts'
import { wilson, type Interval } from './wilson.ts'

/** How good guesses of classes are. */
export type ClassReport = {
  readonly count: number
  readonly accuracy: Interval
  readonly perClass: readonly ClassFigures[]
  /** Rows: what is true; columns: what was guessed. */
  readonly confusion: readonly (readonly number[])[]
  readonly macroF1: number
  readonly logLoss: number
  /** Expected calibration error: by how much sureness and accuracy differ. */
  readonly ece: number
}
export type ClassFigures = {
  readonly name: string
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** How many images truly show it. */
  readonly count: number
}

const bins = 15 // as Guo et al. (2017) and most reports since
// The smallest float32 step below 1: scikit-learn clips there too, so that log losses compare.
const smallestProbability = 1.1920929e-7

/** `truth[i]` is the class of row i of `probabilities` [images, classes]. */
export function measureClasses(
  truth: Int32Array,
  probabilities: Matrix,
  classNames: readonly string[],
): ClassReport {
  assert(truth.length === probabilities.rows, 'each row of probabilities has its truth')
  assert(classNames.length === probabilities.columns, 'each column of probabilities has its class name')
  const guesses = Int32Array.from(truth, (_, i) => placeOfLargest(rowOf(probabilities, i)))
  const confusion = confusionOf(truth, guesses, classNames.length)
  const perClass = classNames.map((name, c) => figuresOf(name, c, confusion))
  const correct = confusion.reduce((sum, row, c) => sum + row[c]!, 0)
  const present = perClass.filter((c) => c.count > 0)
  return {
    count: truth.length,
    accuracy: wilson(correct, truth.length),
    perClass,
    confusion,
    // Over classes that occur: a class without a single true image has no recall to average.
    macroF1: meanOrNone(present.map((c) => c.f1)),
    logLoss: meanOrNone(Array.from(truth, (c, i) => loss(rowOf(probabilities, i)[c]!))),
    ece: calibrationError(truth, guesses, probabilities),
  }
}

function confusionOf(truth: Int32Array, guesses: Int32Array, classes: number): number[][] {
  const confusion = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0))
  truth.forEach((c, i) => confusion[c]![guesses[i]!]!++)
  return confusion
}

/** precision = hits / guessed, recall = hits / true, f1 = their harmonic mean; 0 where nothing divides. */
function figuresOf(name: string, c: number, confusion: readonly (readonly number[])[]): ClassFigures {
  const hits = confusion[c]![c]!
  const count = sumOf(confusion[c]!)
  const guessed = confusion.reduce((sum, row) => sum + row[c]!, 0)
  const f1 = count + guessed === 0 ? 0 : (2 * hits) / (count + guessed)
  return { name, precision: guessed && hits / guessed, recall: count && hits / count, f1, count }
}

const loss = (probability: number) =>
  -Math.log(Math.min(1 - smallestProbability, Math.max(smallestProbability, probability)))

/** Σ over bins of share × |accuracy − mean confidence|. */
export function calibrationError(truth: Int32Array, guesses: Int32Array, probabilities: Matrix): number {
  const sums = Array.from({ length: bins }, () => ({ confidence: 0, correct: 0 }))
  guesses.forEach((guess, i) => {
    const confidence = rowOf(probabilities, i)[guess]!
    const bin = sums[Math.max(0, Math.min(bins - 1, Math.ceil(confidence * bins) - 1))]!
    bin.confidence += confidence
    bin.correct += Number(guess === truth[i])
  })
  const gaps = sums.reduce((sum, bin) => sum + Math.abs(bin.correct - bin.confidence), 0)
  return truth.length === 0 ? 0 : Math.min(1, gaps / truth.length)
}

const meanOrNone = (values: readonly number[]): number => (values.length === 0 ? 0 : meanOf(values))
