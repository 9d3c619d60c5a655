// Which settings a head should learn with: many are tried on one fold of the labels, the better half on two,
// the best on five (successive halving; Jamieson and Talwalkar, 2016). Only labels to learn from are seen.
import { Failure } from '../base/index.ts'
import {
  fitInSpan,
  matrix,
  meanOf,
  randomFrom,
  rowOf,
  rowsOf,
  shuffleInto,
  type Matrix,
} from '../math/index.ts'
import { stratifiedFolds } from '../measure/index.ts'
import { balancedWeights, pullOn, type HeadSettings } from './head-settings.ts'
import type { Lesson } from './lesson.ts'
import type { World } from './world.ts'

export type Tried = HeadSettings & {
  readonly folds: number
  readonly images: number
  readonly logLoss: number
  readonly accuracy: number
}
export type Search = {
  readonly best: HeadSettings
  /** Why it is the best. */
  readonly says: string
  /** The best first. */
  readonly tried: readonly Tried[]
}

const pulls = [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
const foldCount = 5
const rounds = [1, 2, foldCount]
// The products of every two are 67 MB then; of more labels an even draw shows the same.
const labelsMax = 4096
const tolerance = 1e-5
const smallest = 1.1920929e-7 // as in the log loss of a version

type Candidate = HeadSettings & { readonly losses: number[]; readonly right: number[] }
type Searching = { readonly usual: HeadSettings; readonly seed: number }
type Hands = Pick<World, 'runtime' | 'signal' | 'progress'>

export async function searchSettings(lesson: Lesson, how: Searching, world: Hands): Promise<Search> {
  const random = randomFrom(how.seed)
  const drawn = shuffleInto(Int32Array.from(lesson.images.keys()), random).subarray(0, labelsMax).sort()
  const classOf = Int32Array.from(drawn, (i) => lesson.classOf[i]!)
  const foldOf = stratifiedFolds(classOf, foldCount, random)
  const rows = rowsOf(lesson.rows, drawn)
  const exam = {
    classOf,
    foldOf,
    classes: lesson.classes.length,
    products: await world.runtime.matmul(rows, rows),
  }
  checkFolds(exam)
  let candidates = candidatesOf(how.usual, classOf)
  const total = trainings(candidates.length)
  let [done, seen] = [0, 0]
  const out: Candidate[] = []
  for (const folds of rounds) {
    if (seen > 0) {
      const [stay, leave] = halved(candidates)
      out.unshift(...leave)
      candidates = stay
    }
    for (const candidate of candidates) {
      for (let fold = seen; fold < folds; fold++) {
        world.signal.throwIfAborted()
        const sentence = `trying ${candidates.length} settings on ${folds} of ${foldCount} folds of the labels`
        world.progress({ done: done++, total, sentence })
        await examine(candidate, { ...exam, fold }, world)
      }
    }
    seen = folds
  }
  return verdict(ranked(candidates), out, classOf.length)
}

/** The usual one first: it stays to the end, since the best is told by how far it is ahead of it. */
function candidatesOf(usual: HeadSettings, classOf: Int32Array): readonly Candidate[] {
  const sizes = new Set([...Map.groupBy(classOf, (its) => its).values()].map((rows) => rows.length))
  const balances = sizes.size > 1 ? [false, true] : [false]
  const others = balances.flatMap((isBalanced) => pulls.map((pull) => ({ pull, isBalanced })))
  const isUsual = (its: HeadSettings) => its.pull === usual.pull && its.isBalanced === usual.isBalanced
  return [usual, ...others.filter((its) => !isUsual(its))].map((its) => ({ ...its, losses: [], right: [] }))
}

const trainings = (count: number): number => {
  const better = Math.ceil(count / 2)
  return count + better + Math.ceil(better / 2) * (foldCount - 2)
}

type Exam = {
  readonly classOf: Int32Array
  readonly foldOf: Int32Array
  readonly classes: number
  readonly products: Matrix
}

function checkFolds({ classOf, foldOf }: Exam): void {
  for (let fold = 0; fold < foldCount; fold++) {
    const taught = new Set(classOf.filter((_, i) => foldOf[i] !== fold))
    if (taught.size > 1 && foldOf.includes(fold)) continue
    throw new Failure(
      'not-ready',
      `cannot search for settings: each of ${foldCount} folds takes labels, and the others two classes, ` +
        `and there are ${classOf.length} labels`,
    )
  }
}

/** Learns all folds but one, and guesses that. */
async function examine(
  { pull, isBalanced, losses, right }: Candidate,
  { classOf, foldOf, classes, products, fold }: Exam & { readonly fold: number },
  { runtime: { matmul } }: Hands,
): Promise<void> {
  const placesOf = (isAsked: boolean) => [...foldOf.keys()].filter((i) => (foldOf[i] === fold) === isAsked)
  const [taught, asked] = [placesOf(false), placesOf(true)]
  const learnt = Int32Array.from(taught, (i) => classOf[i]!)
  const lesson = {
    products: part(products, taught, taught),
    classOf: learnt,
    classes,
    pull: pullOn(classes, pull),
    weights: isBalanced ? balancedWeights(learnt) : undefined,
  }
  const fit = await fitInSpan(lesson, new Float64Array((taught.length + 1) * classes), { matmul, tolerance })
  const shares = matrix(classes, taught.length)
  for (let i = 0; i < taught.length; i++) {
    for (let c = 0; c < classes; c++) shares.data[c * taught.length + i] = fit[i * classes + c]!
  }
  const logits = await matmul(part(products, asked, taught), shares)
  const bias = fit.subarray(taught.length * classes)
  asked.forEach((image, i) => {
    const its = Float64Array.from(rowOf(logits, i), (z, c) => z + bias[c]!)
    const most = Math.max(...its)
    const sum = its.reduce((all, z) => all + Math.exp(z - most), 0)
    const p = Math.exp(its[classOf[image]!]! - most) / sum
    losses.push(-Math.log(Math.max(smallest, p)))
    right.push(its[classOf[image]!] === most ? 1 : 0)
  })
}

function part(m: Matrix, rows: readonly number[], columns: readonly number[]): Matrix {
  const some = matrix(rows.length, columns.length)
  rows.forEach((row, i) => {
    const [from, to] = [rowOf(m, row), rowOf(some, i)]
    columns.forEach((column, j) => (to[j] = from[column]!))
  })
  return some
}

const ranked = ([usual, ...others]: readonly Candidate[]): readonly Candidate[] => [
  usual!,
  ...others.toSorted((a, b) => meanOf(a.losses) - meanOf(b.losses)),
]

/** The usual one and the better of the others stay; who leaves, the better first. */
function halved(candidates: readonly Candidate[]): readonly [readonly Candidate[], readonly Candidate[]] {
  const order = ranked(candidates)
  const stay = Math.ceil(candidates.length / 2)
  return [order.slice(0, stay), order.slice(stay)]
}

/** The best of the last round, if it is ahead of the usual one by more than the error of that. */
function verdict(last: readonly Candidate[], out: readonly Candidate[], labels: number): Search {
  const [usual, first] = [last[0]!, last[1] ?? last[0]!]
  const ahead = usual.losses.map((loss, i) => loss - first.losses[i]!)
  const gain = meanOf(ahead)
  const error = Math.sqrt(meanOf(ahead.map((x) => (x - gain) ** 2)) / Math.max(1, ahead.length - 1))
  const isBetter = gain > error
  const { pull, isBalanced } = isBetter ? first : usual
  const told = `${gain.toFixed(4)} ± ${error.toFixed(4)} below that of ${nameOf(usual)}, on ${labels} labels`
  const says = isBetter
    ? `${nameOf(first)}: its log loss is ${told}`
    : `${nameOf(usual)}, as before: the best other, ${nameOf(first)}, has a log loss ${told}`
  const tried = [...last.toSorted((a, b) => meanOf(a.losses) - meanOf(b.losses)), ...out].map((its) => ({
    pull: its.pull,
    isBalanced: its.isBalanced,
    folds: Math.round((its.losses.length / labels) * foldCount),
    images: its.losses.length,
    logLoss: meanOf(its.losses),
    accuracy: meanOf(its.right),
  }))
  return { best: { pull, isBalanced }, says, tried }
}

const nameOf = ({ pull, isBalanced }: HeadSettings): string =>
  `pull ${pull}${isBalanced ? ', classes counted alike' : ''}`
