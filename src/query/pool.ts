import type { ImageId } from '../base/index.ts'
import type { Matrix } from '../math/index.ts'

/** What may be asked about; row i of each matrix belongs to `ids[i]`. */
export type Pool = {
  readonly ids: readonly ImageId[]
  readonly embeddings: Matrix | null
  /** [images, classes] */
  readonly probabilities: Matrix | null
  /** Embeddings of the images that have a label already. */
  readonly labelled: Matrix | null
  readonly classNames: readonly string[]
  /** The image that each nearly equals. */
  readonly nearTo: readonly (ImageId | null)[]
}

export type Choice = {
  readonly image: ImageId
  /** Why, in plain words: shown beside the question. */
  readonly reason: string
}

/** A candidate: its place in the pool, and why it stands where it stands. */
export type Candidate = { readonly index: number; readonly reason: string }
