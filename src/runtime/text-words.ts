// Names and pictures in one space, without a network that was taught both: as shares of ImageNet's labels,
// which resnet50 sees in a picture, and words tell of a name.
import { Failure } from '../base/index.ts'
import { dot, matrix, normaliseInto, rowOf, rowsBetween, type Matrix } from '../math/index.ts'
import type { Say } from './encoder-fetch.ts'
import { areResnetLabelsKept, resnetLabels } from './encoder-resnet.ts'
import type { TextHands } from './texts.ts'
import { rowsOfNames, type NamedRows } from './text-names.ts'
import { areWordsKept, wordVectors } from './text-vectors.ts'

export const areAllKept = async (cache: string): Promise<boolean> =>
  (await areWordsKept(cache)) && (await areResnetLabelsKept(cache))

/**
 * Of a name the labels that mean the like: softmax over the labels of cosine(name, label) / τ. Zeros for a
 * name of which no word is known: its sentence is said, the others go on.
 */
export async function rowsOfClasses(names: readonly string[], o: TextHands): Promise<Matrix> {
  const { labels } = await resnetLabels(o.cache, o.say)
  const vectors = await wordVectors(o.cache, o.say)
  const { rows, unknown } = rowsOfNames(names, vectors)
  sayUnknown(names, { rows, unknown }, o.say)
  return sharesOfLabels(rows, rowsOfNames(labels, vectors).rows)
}

/**
 * τ: nearest names alone are right for 45.2% of a quarter of Caltech-101 at 0.05, 45.6 at 0.1, 47.9 at 0.15,
 * 47.1 at 0.2; the mean vector of an image's labels, compared with the name's, for 40.7%.
 */
const nameTemperature = 0.15

/** [names, labels], rows of length one. */
export function sharesOfLabels(names: Matrix, labels: Matrix): Matrix {
  const shares = matrix(names.rows, labels.rows)
  const known = rowsKnown(labels)
  for (let i = 0; i < names.rows; i++) {
    const name = rowOf(names, i)
    if (name.every((x) => x === 0)) continue
    const row = rowOf(shares, i)
    // Cosines are at most one: nothing overflows.
    for (const c of known) row[c] = Math.exp(dot(name, rowOf(labels, c)) / nameTemperature)
    normaliseInto(row)
  }
  return shares
}

/** Twelve of ImageNet's labels are one word that nobody writes (komondor): others speak for their images. */
const rowsKnown = (labels: Matrix): readonly number[] =>
  Array.from({ length: labels.rows }, (_, c) => c).filter((c) => rowOf(labels, c).some((x) => x !== 0))

function sayUnknown(names: readonly string[], { rows, unknown }: NamedRows, say: Say): void {
  const isKnown = names.map((_, i) => rowOf(rows, i).some((x) => x !== 0))
  if (names.length > 0 && !isKnown.includes(true)) {
    throw new Failure(
      'bad-input',
      `cannot find images by names: the word vectors know no word of ${quoted(names)}; use English words`,
    )
  }
  const total = names.length
  for (const [i, words] of unknown.entries()) {
    if (words.length > 0) say({ done: i, total, sentence: skipped(names[i]!, words, isKnown[i]!) })
  }
}

const namesShown = 5
const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, namesShown).map((name) => `"${name}"`)
  return shown.join(', ') + (names.length > namesShown ? ` and ${names.length - namesShown} more` : '')
}

const skipped = (name: string, words: readonly string[], isKnown: boolean): string =>
  isKnown
    ? `The word vectors do not know ${quoted(words)}: the class "${name}" goes by its other words`
    : `The word vectors know no word of the class "${name}": no image is found by its name; ` +
      'add a word that says what it is, or label a few examples'

/** Gives, for embeddings, which labels their images show. */
export async function imagesAmongLabels(o: TextHands): Promise<(embeddings: Matrix) => Promise<Matrix>> {
  const { labels, head } = await resnetLabels(o.cache, o.say)
  const known = rowsKnown(rowsOfNames(labels, await wordVectors(o.cache, o.say)).rows)
  return async (embeddings) => {
    const joint = matrix(embeddings.rows, labels.length)
    for (let from = 0; from < embeddings.rows; from += blockRows) {
      const to = Math.min(from + blockRows, embeddings.rows)
      const probabilities = await o.guess(head, rowsBetween(embeddings, from, to))
      joint.data.set(likeliest(probabilities, known).data, from * labels.length)
    }
    return joint
  }
}

/** 1,000 probabilities each: 16 MB. */
const blockRows = 4096
const labelsKept = 5

/** The five largest probabilities of each row, as a row of length one. */
export function likeliest(probabilities: Matrix, known: readonly number[]): Matrix {
  const kept = matrix(probabilities.rows, probabilities.columns)
  for (let i = 0; i < probabilities.rows; i++) {
    const row = rowOf(probabilities, i)
    const its = rowOf(kept, i)
    for (const label of largest(row, known)) its[label] = row[label]!
    normaliseInto(its)
  }
  return kept
}

/** The places of the largest values, without sorting all. */
function largest(row: Float32Array, among: readonly number[]): readonly number[] {
  const best: number[] = []
  for (const place of among) {
    const last = best[labelsKept - 1]
    if (last !== undefined && row[place]! <= row[last]!) continue
    let at = best.length
    while (at > 0 && row[best[at - 1]!]! < row[place]!) at--
    best.splice(at, 0, place)
    if (best.length > labelsKept) best.pop()
  }
  return best
}
