// CLIP's way of writing text as numbers: bytes as letters, then pairs of pieces joined, the frequent first.
import { Failure } from '../base/index.ts'

export type Vocabulary = {
  /** A number for each piece; one that ends a word ends in `</w>`. */
  readonly idOf: ReadonlyMap<string, number>
  /** Two pieces with a blank between: the lower the rank, the sooner they are joined. */
  readonly rankOf: ReadonlyMap<string, number>
  readonly begin: number
  readonly end: number
}

const wordEnd = '</w>'
const [begin, end] = ['<|startoftext|>', '<|endoftext|>']
const words = /<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/giu

/** Bytes that are printed stand for themselves, in this order; the others get letters from 256 on. */
const bytesInOrder: readonly number[] = (() => {
  const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
  const printed = [...span(0x21, 0x7e), ...span(0xa1, 0xac), ...span(0xae, 0xff)]
  return [...printed, ...span(0, 255).filter((byte) => !printed.includes(byte))]
})()
const printedCount = 188
const letters = bytesInOrder.map((byte, i) =>
  String.fromCodePoint(i < printedCount ? byte : 256 + i - printedCount),
)
const letterOf = new Map(bytesInOrder.map((byte, i) => [byte, letters[i]!]))

export function vocabularyOf(
  idOf: ReadonlyMap<string, number>,
  merges: readonly string[],
  file: string,
): Vocabulary {
  const [first, last] = [idOf.get(begin), idOf.get(end)]
  if (first === undefined || last === undefined) {
    throw new Failure('bad-input', `cannot read ${file}: it must number ${begin} and ${end}, as CLIP's does`)
  }
  return { idOf, rankOf: new Map(merges.map((pair, rank) => [pair, rank])), begin: first, end: last }
}

/** Of CLIP's own list of pairs (`bpe_simple_vocab_16e6.txt`), where the numbers follow from the order. */
export function vocabularyOfList(text: string, file: string): Vocabulary {
  const merges = text.split('\n').slice(1, 1 + clipMerges)
  const pieces = [
    ...letters,
    ...letters.map((letter) => letter + wordEnd),
    ...merges.map((pair) => pair.replace(' ', '')),
    begin,
    end,
  ]
  return vocabularyOf(new Map(pieces.map((piece, id) => [piece, id])), merges, file)
}
const clipMerges = 49_152 - 256 - 2 // the list is longer than what CLIP was taught

/** `length` numbers of a text: begun, ended, cut where it is too long, filled up with the end. */
export function idsOf(text: string, vocabulary: Vocabulary, length: number): readonly number[] {
  const clean = text.normalize('NFC').trim().replaceAll(/\s+/g, ' ').toLowerCase()
  const ids = [...clean.matchAll(words)].flatMap(([word]) => idsOfWord(word, vocabulary))
  const whole = [vocabulary.begin, ...ids.slice(0, length - 2), vocabulary.end]
  return [...whole, ...Array<number>(length - whole.length).fill(vocabulary.end)]
}

function idsOfWord(word: string, { idOf, rankOf }: Vocabulary): readonly number[] {
  let pieces = [...new TextEncoder().encode(word)].map((byte) => letterOf.get(byte)!)
  pieces[pieces.length - 1] += wordEnd
  for (;;) {
    const ranks = pieces.slice(1).map((right, i) => rankOf.get(`${pieces[i]} ${right}`) ?? Infinity)
    const best = Math.min(...ranks)
    if (best === Infinity) return pieces.map((piece) => idOf.get(piece)!)
    const joined: string[] = []
    for (let i = 0; i < pieces.length; i++) {
      const isPair = i < ranks.length && ranks[i] === best
      joined.push(isPair ? pieces[i]! + pieces[i + 1]! : pieces[i]!)
      if (isPair) i++
    }
    pieces = joined
  }
}
