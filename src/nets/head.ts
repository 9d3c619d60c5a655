// The softmax layer over embeddings: what it guesses, and how it is taught.
import { build, differentiate, gradientOf, type Graph } from '../graph/index.ts'

/** Names of the head's inputs and outputs, in every graph of it. */
export const headNames = {
  rows: 'rows',
  answers: 'answers',
  weights: 'weights',
  bias: 'bias',
  losses: 'losses',
  byWeights: gradientOf('weights'),
  byBias: gradientOf('bias'),
  embedding: 'embedding',
  probabilities: 'probabilities',
} as const

/** Weights as inputs, so that one session serves every head of every project. */
function openHead() {
  const g = build()
  const rows = g.input(headNames.rows, 'float32', ['images', 'width'])
  const weights = g.input(headNames.weights, 'float32', ['classes', 'width'])
  const bias = g.input(headNames.bias, 'float32', ['classes'])
  return { g, logits: g.node('Gemm', [rows, weights, bias], { transB: 1 }) }
}

/** probabilities = softmax(rows · weightsᵀ + bias) */
export function headGuesses(): Graph {
  const { g, logits } = openHead()
  return g.graph('head', { [headNames.probabilities]: g.node('Softmax', [logits]) })
}

/** Cross-entropy of each image, and the gradients of their sum. Answers are rows of zeros and a one. */
export function headLesson(): Graph {
  const { g, logits } = openHead()
  const answers = g.input(headNames.answers, 'float32', ['images', 'classes'])
  const losses = g.neg(g.reduceSum(g.mul(answers, g.node('LogSoftmax', [logits])), [1], {}))
  const graph = g.graph('lesson', { [headNames.losses]: losses, loss: g.reduceSum(losses, [0], {}) })
  return differentiate(graph, 'loss', [headNames.weights, headNames.bias])
}

/**
 * An estimate of the inverse curvature of the lesson, [width + 1, width + 1], biases last:
 * where all guesses are equal, the curvature is Σ x · xᵀ / classes for each class, and the pull beside it.
 */
export function headCurvature(): Graph {
  const g = build()
  const rows = g.input('rows', 'float32', ['images', 'width'])
  const ones = g.input('ones', 'float32', ['images', 1])
  const scale = g.input('scale', 'float32', [])
  const ridge = g.input('ridge', 'float32', ['width+1', 'width+1'])
  const whole = g.node('Concat', [rows, ones], { axis: 1 })
  const curvature = g.add(g.mul(g.gemm(whole, whole, { transA: 1 }), scale), ridge)
  return g.graph('curvature', { inverse: g.node('Inverse', [curvature]) })
}

export type HeadWeights = {
  readonly classes: number
  readonly width: number
  /** [classes, width] */
  readonly weights: Float32Array
  readonly bias: Float32Array
}

/** A head as others open it: `embedding` → `probabilities`, weights within. */
export function headModel({ classes, width, weights, bias }: HeadWeights): Graph {
  const g = build()
  const rows = g.input(headNames.embedding, 'float32', ['images', width])
  const w = g.constant(weights, [classes, width], { name: headNames.weights })
  const b = g.constant(bias, [classes], { name: headNames.bias })
  const logits = g.node('Gemm', [rows, w, b], { transB: 1 })
  return g.graph('head', { [headNames.probabilities]: g.node('Softmax', [logits]) })
}
