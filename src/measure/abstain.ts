// Labels that can be stood behind: what is surest is proposed, a person checks a few of it drawn at random,
// and either the bound of that audit reaches the precision asked for, or nothing is promised.
import { Failure } from '../base/index.ts'
import { shuffleInto, type Random } from '../math/index.ts'
import { clopperPearsonLow } from './clopper-pearson.ts'

type Guesses = { readonly classOf: Int32Array; readonly confidence: Float32Array }
export type Verdict = {
  /** Rows whose labels are promised; none where the bound fails. */
  readonly kept: Int32Array
  /** Their share of all images. */
  readonly share: number
  /** The precision that the answers show, 95 times in 100, of what would be kept. */
  readonly bound: number
  readonly promised: boolean
  readonly asked: number
  readonly right: number
  readonly says: string
}

/** A person's patience: 59 answers without an error show a precision of 0.95. */
export const auditMost = 60
/**
 * What is proposed should err this much less than it may: at a fifth of 5% an audit of 59
 * passes without an error 55 times in 100, at a tenth 75, at a twentieth 86.
 */
const spareOfErrors = 0.05

/** The rows to propose: as many as their mean doubt allows, well below the errors that may be. */
export function surest(precision: number, { confidence }: Guesses): Int32Array {
  if (!(precision > 0 && precision < 1))
    throw new Failure(
      'bad-input',
      `cannot abstain: the precision is above 0 and below 1, for example 0.95, not ${precision}`,
    )
  const order = Int32Array.from(confidence.keys()).sort((a, b) => confidence[b]! - confidence[a]! || a - b)
  let [doubt, count] = [0, 0]
  for (const [i, row] of order.entries()) {
    doubt += 1 - confidence[row]!
    if (doubt <= (i + 1) * (1 - precision) * spareOfErrors) count = i + 1
  }
  return order.subarray(0, count)
}

/** At most 60 of the rows proposed, each equally likely; what a person labelled before need not be asked. */
export function auditOf(
  proposed: Int32Array,
  labelled: ReadonlyMap<number, number>,
  random: Random,
): Int32Array {
  const open = proposed.filter((row) => !labelled.has(row))
  return shuffleInto(open, random).subarray(0, auditMost)
}

/** What the answers (row → the right class) allow to promise; others count for nothing. */
export function abstain(precision: number, guesses: Guesses, answers: ReadonlyMap<number, number>): Verdict {
  const proposed = surest(precision, guesses)
  const audited = proposed.filter((row) => answers.has(row))
  const right = audited.filter((row) => answers.get(row) === guesses.classOf[row]).length
  const asked = audited.length
  // Whoever has seen all need not guess.
  const isWhole = asked === proposed.length && asked > 0
  const bound = isWhole ? right / asked : clopperPearsonLow(right, asked)
  const promised = asked > 0 && bound >= precision
  const kept = promised ? proposed : new Int32Array(0)
  const share = kept.length / Math.max(1, guesses.classOf.length)
  const says = sentenceOf({ precision, bound, promised, asked, right, share, proposed: proposed.length })
  return { kept, share, bound, promised, asked, right, says }
}

type Found = Pick<Verdict, 'bound' | 'promised' | 'asked' | 'right' | 'share'> & {
  readonly precision: number
  readonly proposed: number
}

function sentenceOf({ precision, bound, promised, asked, right, share, proposed }: Found): string {
  if (proposed === 0) return 'nothing is sure enough to be kept: nothing is promised'
  const shown = `${right} of ${asked} answers were right, which shows a precision of ${bound.toFixed(3)}`
  if (promised) return `${shown}: ${(100 * share).toFixed(1)}% of the images are kept`
  const most = clopperPearsonLow(auditMost, auditMost)
  const reach = precision > most ? ` (${auditMost} answers show at most ${most.toFixed(3)})` : ''
  return `${shown}, not ${precision}${reach}: nothing is promised`
}
