// A labelled set of images as other programs keep it. Text in, text out: the files are the caller's.
import type { Split } from '../base/index.ts'

export type Guess = { readonly class: string; readonly confidence: number }
/** What the folders of a split are called. */
export type Part = 'train' | 'val' | 'test'

/** One image that is written. Boxes will stand beside the label. */
export type SetImage = {
  /** Where it lies in the set, its folders parted by `/`. */
  readonly file: string
  /** What it was called where it came from. */
  readonly name: string
  readonly hash: string
  readonly width: number
  readonly height: number
  readonly label: string | null
  readonly guess: Guess | null
  readonly group: string | null
  readonly split: Split
  /** Null where the set is not parted. */
  readonly part: Part | null
}

/** What the files of a set say of one image. */
export type SetRow = {
  readonly file: string
  readonly class: string | null
  /** Said by a model; all else is taken as a person's word. */
  readonly isGuess: boolean
  readonly confidence: number | null
  readonly split: Split | null
}

/** Text to put at the end of a file; a path that ends in `/` is a folder that must be there. */
export type Piece = { readonly path: string; readonly text: string }
export type SetWriter = {
  readonly add: (image: SetImage) => readonly Piece[]
  readonly end: () => readonly Piece[]
}
export type SetOptions = { readonly title: string; readonly classes: readonly string[] }

/** A folder to read: every file in it, and the text of one. */
export type SetFolder = {
  readonly paths: readonly string[]
  readonly text: (path: string) => Promise<string>
}

export type SetFormat = {
  readonly says: string
  /** What its own files cannot hold; the sheet beside them does, but for images without a class. */
  readonly lacks: readonly ('no class' | 'who said it' | 'confidence')[]
  /** Whether images lie parted by split: some importers know no other way. */
  readonly parted: 'always' | 'on demand'
  readonly folderOf: (image: { readonly part: Part | null; readonly classFolder: string }) => string
  /** What its importer cannot take in the name of a file. */
  readonly unfit: RegExp | null
  readonly open: (options: SetOptions) => SetWriter
  /** A file by which a folder shows that it is such a set; null where only its folders tell. */
  readonly mark: RegExp | null
  readonly read: (folder: SetFolder) => Promise<readonly SetRow[]>
}

export const partOf = { train: 'train', validation: 'val', test: 'test' } as const satisfies Record<
  Split,
  Part
>

/** `train2017`, `Validation`, `valid` and the like; null for all other words. */
export function splitOfWord(word: string): Split | null {
  const [, found] = /^(train|val|test)(?:ing|id|idation)?\d*$/i.exec(word) ?? []
  const named = { train: 'train', val: 'validation', test: 'test' } as const
  return found === undefined ? null : named[found.toLowerCase() as keyof typeof named]
}

export const joined = (...parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join('/')
export const baseOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1)
export const folderOf = (file: string): string => file.slice(0, Math.max(0, file.lastIndexOf('/')))
export const stemOf = (file: string): string =>
  file.lastIndexOf('.') > file.lastIndexOf('/') + 1 ? file.slice(0, file.lastIndexOf('.')) : file

/** The word of a person, else the guess of a model. */
export const shown = ({ label, guess }: Pick<SetImage, 'label' | 'guess'>): Omit<SetRow, 'file' | 'split'> =>
  label === null
    ? { class: guess?.class ?? null, isGuess: guess !== null, confidence: guess?.confidence ?? null }
    : { class: label, isGuess: false, confidence: null }

/** A class that several marks agree on: one image with boxes of two classes has none. */
export const agreed = (names: readonly string[]): string | null =>
  names.length > 0 && names.every((name) => name === names[0]) ? names[0]! : null

export const isImage = (file: string): boolean => /\.(?:jpe?g|png|webp)$/i.test(file)

export type Finder = (name: string, under: readonly string[]) => string

/** The image that a document means by a name (by `stemOf`: without extension); else where it should lie. */
export function finderOf(paths: readonly string[], by = (path: string) => path): Finder {
  const at = new Map<string, string>()
  const alone = new Map<string, string | null>() // null: the name of several
  for (const path of paths.filter(isImage)) {
    const key = by(path)
    at.set(key, path)
    alone.set(baseOf(key), alone.has(baseOf(key)) ? null : path)
  }
  return (given, under) => {
    const name = given.replaceAll('\\', '/')
    const known = [...under, ''].map((folder) => at.get(joined(folder, name)))
    return known.find((path) => path !== undefined) ?? alone.get(baseOf(name)) ?? joined(under[0] ?? '', name)
  }
}
