// ONNX Runtime and the encoders. Lives in worker processes only: a native crash must not take a server along.
import type { Batches, Matrix, Tools } from '../math/index.ts'

export type Tensor = {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | Uint8Array
}
/** What goes into a model: numbers of tokens are 64 bits wide there. */
export type Fed = Tensor | { readonly shape: readonly number[]; readonly data: BigInt64Array }

/** A loaded ONNX model. */
export type Session = {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Its inputs as the model says them: sizes that are free have names, or are −1. */
  readonly takes: readonly {
    readonly name: string
    readonly type: string
    readonly shape: readonly (number | string)[]
  }[]
  run(feeds: Readonly<Record<string, Fed>>): Promise<Readonly<Record<string, Tensor>>>
  close(): Promise<void>
}

/** An encoder made ready: upright RGB bytes in, rows of length one out. */
export type Encoder = {
  readonly name: string
  readonly width: number
  readonly input: { readonly width: number; readonly height: number; readonly fit: 'stretch' | 'cover' }
  readonly batch: number
  /** Pixels of a batch, [images, height, width, 3]. */
  encode(pixels: Uint8Array, images: number): Promise<Matrix>
}

/** A softmax layer over rows of length one: probabilities = softmax(x · weightsᵀ + bias). */
export type Head = {
  /** [classes, width] */
  readonly weights: Matrix
  readonly bias: Float32Array
}
export type HeadOptions = {
  readonly classes: number
  /** Strength of the pull of the weights towards zero, as scikit-learn's 1 / C. */
  readonly pull: number
  readonly seed: number
  /** Each class counts alike, however many rows it has: scikit-learn's class_weight 'balanced'. */
  readonly isBalanced?: boolean
  readonly signal?: AbortSignal
  /** Learns in steps of Adam; without it, until the gradient vanishes. */
  readonly batches?: Batches | undefined
  /** Weights to begin from: a head trained before, one label earlier. */
  readonly from?: Head
}

type Say = (progress: { readonly done: number; readonly total: number; readonly sentence: string }) => void

export type TextOptions = {
  /** Which way of finding images by names; `words` when nothing is said. */
  readonly text?: string
  /** May throw to stop a download. */
  readonly say?: Say
}

export type Runtime = {
  /** Until the gradient vanishes, or in batches; the same input gives the same bytes. */
  trainHead(rows: Matrix, classOf: Int32Array, options: HeadOptions): Promise<Head>
  /** [images, classes] */
  probabilities(head: Head, rows: Matrix): Promise<Matrix>
  /** A head as an ONNX file (`embedding` → `probabilities`), and back. */
  headToOnnx(head: Head): Uint8Array
  headFromOnnx(model: Uint8Array): Head
  open(model: Uint8Array): Promise<Session>
  /** A · Bᵀ on all cores. */
  readonly matmul: Tools['matmul']
  /** A · B: rows of B summed with the weights that rows of A are. */
  combined(a: Matrix, b: Matrix): Promise<Matrix>
  /** Fetches and converts what is missing, saying how far it is; fails as no-network with the way out. */
  encoder(name: string, say?: Say): Promise<Encoder>
  /** Whether the encoder can be used without the network. */
  isAtHand(name: string): Promise<boolean>
  /** Names as rows of length one in the space they share with images; zeros, and a sentence, if unknown. */
  textOf(names: readonly string[], options?: TextOptions): Promise<Matrix>
  /** Where the images of these embeddings lie in that space; refused for encoders that do not share it. */
  jointOf(embeddings: Matrix, options: TextOptions & { readonly encoder: string }): Promise<Matrix>
  close(): Promise<void>
}
