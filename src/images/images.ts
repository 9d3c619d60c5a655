// Strangers' files to pixels. `sharp` alone decodes, in child processes that may die without harm.
import type { Hash, Image, Written } from '../base/index.ts'

/** Bytes that came from outside: from a path (read by the child itself) or in hand. */
export type Source = { readonly path: string } | { readonly bytes: Uint8Array }

/** A picture that was read, checked, turned upright and shrunk. */
export type Inspected = {
  readonly hash: Hash
  readonly sizeBytes: number
  readonly width: number
  readonly height: number
  readonly format: Image['format']
  readonly thumbnail: Uint8Array
  /** 64 bits of perceptual hash, as 16 hexadecimal digits. */
  readonly fingerprint: string
}

/** An inspected picture whose bytes, and those of its thumbnail, were written aside. */
export type Taken = Omit<Inspected, 'thumbnail'> & {
  readonly thumbnail: Hash
  readonly written: readonly Written[]
}

/** One preprocessing rule, written once, used by training, serving and export. */
export type Preprocessing = {
  readonly width: number
  readonly height: number
  /** `stretch` to the size, or `cover`: shrink the short side to it and cut the middle. */
  readonly fit: 'stretch' | 'cover'
}

/** Upright RGB bytes, [height, width, 3]. */
export type Pixels = { readonly width: number; readonly height: number; readonly data: Uint8Array }

/** What is known of a file without decoding it. */
export type Peeked = { readonly hash: Hash; readonly format: Image['format'] }

export type Images = {
  /** The bytes' name and kind, so that what is there already need not be decoded; fails as `inspect` does. */
  peek(source: Source): Promise<Peeked>
  /** Fails as not-an-image with the rule that was broken and the value. */
  inspect(source: Source): Promise<Inspected>
  /**
   * As `inspect`; what was read, and the thumbnail, are appended to a file whose path begins with `into`.
   * Nothing is flushed.
   */
  take(source: Source, into: string): Promise<Taken>
  /** Several at once, in order; a failure stands in its place instead of being thrown. */
  readMany(sources: readonly Source[], as: Preprocessing): Promise<readonly (Pixels | Error)[]>
  close(): Promise<void>
}
