// Names and pictures in one space without a network that was taught both: what ImageNet's labels mean in words.
import { Failure } from '../base/index.ts'
import { matrix, rowOf, type Matrix } from '../math/index.ts'
import type { Say } from './encoder-fetch.ts'
import { areResnetLabelsKept, resnetLabels } from './encoder-resnet.ts'
import type { Head } from './runtime.ts'
import { rowsOfNames } from './text-names.ts'
import { areWordsKept, unit, wordVectors } from './text-vectors.ts'

type Guess = (head: Head, rows: Matrix) => Promise<Matrix>

export const areAllKept = async (cache: string): Promise<boolean> =>
  (await areWordsKept(cache)) && (await areResnetLabelsKept(cache))

/** Rows of zeros for names of which no word is known: their sentence is said, the others go on. */
export async function rowsOfClasses(names: readonly string[], cache: string, say: Say): Promise<Matrix> {
  const { rows, unknown } = rowsOfNames(names, await wordVectors(cache, say))
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
  return rows
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

/** Gives, for blocks of embeddings, where their images lie among words. */
export async function imagesAmongWords(o: {
  readonly cache: string
  readonly say: Say
  readonly guess: Guess
}): Promise<(embeddings: Matrix) => Promise<Matrix>> {
  const { labels, head } = await resnetLabels(o.cache, o.say)
  const { rows } = rowsOfNames(labels, await wordVectors(o.cache, o.say))
  return async (embeddings) => {
    const joint = matrix(embeddings.rows, rows.columns)
    for (let from = 0; from < embeddings.rows; from += blockRows) {
      const to = Math.min(from + blockRows, embeddings.rows)
      const part = embeddings.data.subarray(from * embeddings.columns, to * embeddings.columns)
      const probabilities = await o.guess(head, matrix(to - from, embeddings.columns, part))
      joint.data.set(meanings(probabilities, rows).data, from * rows.columns)
    }
    return joint
  }
}

/** 1,000 probabilities each: 16 MB. */
const blockRows = 4096
const labelsKept = 5

/** The vectors of the five likeliest labels, weighed by their probabilities; of length one. */
export function meanings(probabilities: Matrix, labels: Matrix): Matrix {
  // 17 of ImageNet's labels are one word that nobody writes (komondor): other labels speak for their images.
  const known = Array.from({ length: labels.rows }, (_, c) => c).filter((c) =>
    rowOf(labels, c).some((x) => x !== 0),
  )
  const joint = matrix(probabilities.rows, labels.columns)
  for (let i = 0; i < probabilities.rows; i++) {
    const row = rowOf(probabilities, i)
    const sum = new Float32Array(labels.columns)
    for (const label of largest(row, known))
      rowOf(labels, label).forEach((x, j) => (sum[j]! += row[label]! * x))
    joint.data.set(unit(sum), i * labels.columns)
  }
  return joint
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
