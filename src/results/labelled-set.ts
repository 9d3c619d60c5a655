// What results are written from: images, the label of each, and how it was found.
import type { ImageId, Progress, Split } from '../base/index.ts'
import type { Round } from '../cluster/index.ts'
import type { Matrix, Tools } from '../math/index.ts'
import type { Interval } from '../measure/index.ts'

/** An image as results name it; its place among the items is its row in every matrix. */
export type Item = {
  readonly name: string
  readonly image: ImageId | null
  readonly group: string | null
  /** The row of an image that it nearly equals, where that is known. */
  readonly nearTo: number | null
  /** Where the project uses it; what is in `test` is only ever labelled by people. */
  readonly split: Split | null
}

/** Row → class, as an index into the class names. */
export type Known = ReadonlyMap<number, number>

/** The pictures behind the rows; a name need not have one. */
export type Pictures = {
  /** Puts the picture there, or gives the reason why not. */
  readonly place: (row: number, at: string) => Promise<string | null>
  /** A small picture as a data address, or nothing. */
  readonly thumbnail: (row: number) => Promise<string | null>
}

export type Measured = Interval & { readonly count: number; readonly on: 'gold' | 'truth' }

/** What may be promised of the labels, and the rows that were drawn to ask about it. */
export type AuditOfSet = {
  readonly promised: boolean
  readonly bound: number
  readonly says: string
  readonly proposal: string
  readonly rows: readonly number[]
  readonly answers: Known
}

export type LabelledSet = {
  readonly title: string
  readonly classNames: readonly string[]
  readonly items: readonly Item[]
  readonly embeddings: Matrix // [images, width]
  readonly pictures: Pictures
  readonly method: string
  readonly classOf: Int32Array
  readonly confidence: Float32Array
  readonly runnerUp: Int32Array
  readonly clusterOf: Int32Array
  /** The numbers of the clusters, as rows of `counts`; −1 is noise. */
  readonly clusterIds: readonly number[]
  /** [clusters, classes]: how many images of each cluster went to each class. */
  readonly counts: Matrix
  readonly prototypes: Matrix // [classes, width]
  readonly history: readonly Round[]
  readonly measured: Measured | null
  readonly audit: AuditOfSet | null
  /** What people said: it stands as they said it. */
  readonly said: Known
  /** Whether a row's label is kept; all are where nothing has to be promised. */
  readonly isKept: (row: number) => boolean
}

/** What writing them takes of the world. */
export type Hands = Pick<Tools, 'matmul'> & {
  readonly now: () => number
  readonly signal: AbortSignal
  readonly progress: (progress: Progress) => void
}
