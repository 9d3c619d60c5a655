// What goes into an export and what came out of it.
import type { Hash, Image, Split } from '../base/index.ts'

/** What exports say of an image. */
export type ExportedImage = Pick<
  Image,
  'id' | 'name' | 'hash' | 'width' | 'height' | 'format' | 'group' | 'split' | 'nearTo'
>
export type ExportedRow = {
  readonly image: ExportedImage
  readonly label: string | null
  readonly guess: { readonly class: string; readonly confidence: number } | null
}
/** A page of rows at a time. */
export type ExportedRows = AsyncIterable<readonly ExportedRow[]>
export type Exported = {
  readonly images: number
  readonly verified: number
  readonly files: number
  readonly bySplit: Readonly<Record<Split, number>>
}

export type ExportOptions = {
  readonly title: string
  readonly classes: readonly string[]
  /** Whether to part the images by split where the format leaves the choice. */
  readonly splits: boolean
  readonly bytesOf: (hash: Hash) => Promise<Uint8Array>
  readonly signal: AbortSignal
}

export const noneOfSplits = (): Record<Split, number> => ({ train: 0, validation: 0, test: 0 })
