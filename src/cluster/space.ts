import type { Matrix, Tools } from '../math/index.ts'
import type { Pictures } from './pictures.ts'

/** What is known of some images: rows of length one. */
export type Space = {
  /** [images, width]: what clusters are made of. */
  readonly images: Matrix
  /** [images, wide], where text lives too: the matrix `images` itself for an encoder of both. */
  readonly joint: Matrix | null
  /** [classes, wide], one row a class name, in the space of `joint`. */
  readonly text: Matrix | null
  readonly classNames: readonly string[]
  /** Row → class, labelled by a person; may be empty. */
  readonly examples: ReadonlyMap<number, number>
}

/** Every image has a label and a confidence. */
export type Annotation = {
  readonly classOf: Int32Array
  readonly confidence: Float32Array
  /** −1 with one class. */
  readonly runnerUp: Int32Array
  /** [classes, width] in image space; zeros for a class that nothing is known of. */
  readonly prototypes: Matrix
  readonly history: readonly Round[]
  /** [clusters, classes]: how much of each cluster went to each class. */
  readonly alignment: Matrix | null
}
/** How far the prototypes moved (1 − cosine, mean), and which share of the images changed class. */
export type Round = { readonly step: string; readonly moved: number; readonly changed: number }

/** Of each image its cluster, or −1: noise. */
export type Clusters = { readonly micro: Int32Array; readonly meta: Int32Array | null }

export type MethodOptions = {
  /** T: rounds at each level. */
  readonly rounds: number
  /** τ, in deviations of the scores over the classes: a rule in cosines would fit one encoder only. */
  readonly temperature: number
  /** How much a name counts beside its prototype (a mixture has an anchor instead); 0: only at first. */
  readonly hold: number
  /** `picturesOf` the images, where it is at hand: most of the time goes there. */
  readonly pictures?: Pictures
  /** false: as if all classes were there, to measure the guard by. */
  readonly isGuarded?: boolean
}
export type Method = {
  readonly says: string
  readonly run: (space: Space, clusters: Clusters, o: MethodOptions & Tools) => Promise<Annotation>
}
