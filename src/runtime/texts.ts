// Which ways there are to find images by names. A row says all that is true of one.
import { Failure, namesOf } from '../base/index.ts'
import type { Matrix } from '../math/index.ts'
import type { Say } from './encoder-fetch.ts'
import { resnetPackage } from './encoder-resnet.ts'
import type { EncoderName, LoadOptions } from './encoders.ts'
import { isPath } from './pair-files.ts'
import { pairSide, refuseAnotherSpace } from './pair-text.ts'
import type { Head } from './runtime.ts'
import { wordsPackage } from './text-vectors.ts'
import { areAllKept, imagesAmongLabels, rowsOfClasses } from './text-words.ts'

export type TextHands = {
  /** The folder where fetched models are kept. */
  readonly cache: string
  readonly say: Say
  readonly guess: (head: Head, rows: Matrix) => Promise<Matrix>
  readonly open: LoadOptions['open']
}
export type TextRow = {
  readonly says: string
  readonly source: string
  readonly checksum: string
  readonly licence: string
  /** Numbers in a row of the joint space. */
  readonly width: number
  /** Whose images can be found by these names: other embeddings are another space. */
  readonly encoders: readonly EncoderName[]
  readonly isAtHand: (cache: string) => Promise<boolean>
  /** [names, width], rows of length one; zeros for a name of which nothing is known. */
  readonly rowsOf: (names: readonly string[], hands: TextHands) => Promise<Matrix>
  /** [images, encoder's width] → [images, width], rows of length one. */
  readonly jointOf: (hands: TextHands) => Promise<(embeddings: Matrix) => Promise<Matrix>>
}

export const texts = {
  words: {
    says: 'English names, by the ImageNet labels whose words mean the like and which resnet50 sees',
    source:
      `npm: ${wordsPackage.name}@${wordsPackage.version} (GloVe, 341,479 words), ` +
      `${resnetPackage.name}@${resnetPackage.version} (its 1000-class head)`,
    checksum: wordsPackage.integrity,
    licence: 'MIT',
    width: 1000,
    encoders: ['resnet50'],
    isAtHand: areAllKept,
    rowsOf: rowsOfClasses,
    jointOf: imagesAmongLabels,
  },
} satisfies Record<string, TextRow>
export const textNames = namesOf(texts)
export type TextName = keyof typeof texts

export type TextSide = Pick<TextRow, 'rowsOf' | 'jointOf'>

/** The way to find this encoder's images by names, if there is one. */
export const textFor = (encoder: string): string | null =>
  isPath(encoder)
    ? encoder
    : (textNames.find((name) => texts[name].encoders.some((it) => it === encoder)) ?? null)

/** A row of the table, or the text side of a pair of the user's own, by its path. */
export function textRow(name: string): TextSide {
  if (isPath(name)) return pairSide(name)
  return rowOf(name)
}

function rowOf(name: string): TextRow {
  const known = textNames.find((it) => it === name)
  if (known) return texts[known]
  throw new Failure('bad-input', `cannot use the text side "${name}": there is ${textNames.join(', ')}`)
}

/** Names and images are compared in one space only. */
export function textRowFor(name: string, encoder: string): TextSide {
  if (isPath(name)) {
    refuseAnotherSpace(name, encoder)
    return pairSide(name)
  }
  const row = rowOf(name)
  if (row.encoders.some((it) => it === encoder)) return row
  throw new Failure(
    'bad-input',
    `cannot compare names by ${name} with images by ${encoder}: ${name} shares a space with ` +
      `${row.encoders.join(', ')} only, so embed the images with that`,
  )
}
