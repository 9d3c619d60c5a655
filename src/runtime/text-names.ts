import { addInto, matrix, normaliseInto, rowOf, type Matrix } from '../math/index.ts'
import { wordsWidth, type WordVectors } from './text-vectors.ts'

export type NamedRows = {
  /** [names, 100], each of length one; zeros where nothing is known. */
  readonly rows: Matrix
  /** Of each name the words that are not known. */
  readonly unknown: readonly (readonly string[])[]
}

/** The words of a name averaged, each of length one. */
export function rowsOfNames(names: readonly string[], vectors: WordVectors): NamedRows {
  const rows = matrix(names.length, wordsWidth)
  const unknown = names.map((name, i) => {
    const { ranks, missing } = wordsOfName(name, vectors.rankOf)
    const row = rowOf(rows, i)
    for (const rank of ranks) addInto(row, vectors.vectorAt(rank), 1)
    normaliseInto(row)
    return missing
  })
  return { rows, unknown }
}

type Words = { readonly ranks: readonly number[]; readonly missing: readonly string[] }
type Ranks = ReadonlyMap<string, number>

/** They say nothing of what is in a picture: "hen of the woods" is a hen and woods. */
const hollow = new Set(['a', 'an', 'and', 'for', 'in', 'of', 'on', 'or', 'the', 'to', 'with'])

/** "Windsor_chair", "stopSign", "T-shirt", "lady's slipper", "golfcart". */
export function wordsOfName(name: string, rankOf: Ranks): Words {
  const tokens = name
    .normalize('NFKC')
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/['’]s\b/g, '')
    .split(/[^\p{L}\p{N}'’-]+/u)
    .filter((token) => token !== '')
  const known = tokens.flatMap((token) => (rankOf.has(token) ? [token] : token.split(/['’-]+/)))
  const full = known.filter((word) => word !== '' && !hollow.has(word))
  const parts = (full.length > 0 ? full : known).map((word) => ({ word, ranks: ranksOf(word, rankOf) }))
  return {
    ranks: parts.flatMap(({ ranks }) => ranks),
    missing: parts.filter(({ ranks }) => ranks.length === 0).map(({ word }) => word),
  }
}

const partLettersMin = 3
/**
 * Words written as one: both parts are among the most frequent, or none is meant. Of ImageNet's labels this
 * reads eleven (gas mask, golf cart, otter hound…); from 43,000 on it would read bram bling,
 * from 212,000 gere nuk.
 */
const partRankMax = 30_000

function ranksOf(word: string, rankOf: Ranks): readonly number[] {
  const rank = rankOf.get(word)
  if (rank !== undefined) return [rank]
  let best: readonly number[] = []
  let worst = partRankMax
  for (let cut = partLettersMin; cut <= word.length - partLettersMin; cut++) {
    const pair = [rankOf.get(word.slice(0, cut)) ?? Infinity, rankOf.get(word.slice(cut)) ?? Infinity]
    if (Math.max(...pair) < worst) [best, worst] = [pair, Math.max(...pair)]
  }
  return best
}
