// One example of every operator in the table: a row without one does not compile.
import type { Builder, OpName, Value } from '../../src/graph/index.ts'

export type Sizes = { readonly n: number; readonly c: number; readonly s: number }
export type Example = {
  /** Shapes of the inputs to differentiate by. */
  readonly of: (sizes: Sizes) => readonly (readonly number[])[]
  readonly y: (g: Builder, x: readonly [Value, Value, Value, Value, Value], sizes: Sizes) => Value
  /** Where the function is defined above zero only. */
  readonly isPositive?: true
}

const images = ({ n, c, s }: Sizes): number[] => [n, c, s, s]
const one = (op: OpName, attributes = {}): Example => ({
  of: ({ n, c }) => [[n, c]],
  y: (g, [x]) => g.node(op, [x], attributes),
})
const positive = (op: OpName): Example => ({ ...one(op), isPositive: true })
/** A row stretched over a matrix. */
const two = (op: OpName): Example => ({
  of: ({ n, c }) => [[n, c], [c]],
  y: (g, [a, b]) => g.node(op, [a, b]),
})
const pool = (op: OpName, attributes: object): Example => ({
  of: (sizes) => [images(sizes)],
  y: (g, [x]) => g.node(op, [x], { kernel_shape: [2, 2], strides: [2, 2], ...attributes }),
})

export const examples: Readonly<Record<OpName, Example>> = {
  Add: two('Add'),
  Sub: two('Sub'),
  Mul: two('Mul'),
  Div: { ...two('Div'), isPositive: true },
  Neg: one('Neg'),
  Identity: one('Identity'),
  Relu: one('Relu'),
  LeakyRelu: one('LeakyRelu', { alpha: 0.2 }),
  Sigmoid: one('Sigmoid'),
  Tanh: one('Tanh'),
  Exp: one('Exp'),
  Log: positive('Log'),
  Sqrt: positive('Sqrt'),
  Abs: one('Abs'),
  Sign: one('Sign'),
  Reciprocal: positive('Reciprocal'),
  Erf: one('Erf'),
  Clip: { of: ({ n, c }) => [[n, c]], y: (g, [x]) => g.node('Clip', [x, -0.28, 0.28]) },
  Where: {
    of: ({ n, c }) => [[n, c], [n, 1], [c]],
    y: (g, [condition, a, b]) => g.where(g.greater(condition, 0), a, b),
  },
  Cast: {
    of: ({ n, c }) => [[n, c]],
    y: (g, [x]) => g.cast(g.mul(g.cast(x, 'float64'), 3), 'float32'),
  },
  Equal: two('Equal'),
  Greater: two('Greater'),
  Less: two('Less'),
  // A stack of matrices by one matrix.
  MatMul: {
    of: ({ n, c, s }) => [
      [n, c, s],
      [s, n],
    ],
    y: (g, [a, b]) => g.matMul(a, b),
  },
  Gemm: {
    of: ({ n, c, s }) => [[s, n], [c, s], [c]],
    y: (g, [a, b, bias]) => g.node('Gemm', [a, b, bias], { transA: 1, transB: 1, alpha: 0.5, beta: 2 }),
  },
  Inverse: {
    of: ({ c }) => [[c, c]],
    // Far from singular: 4 · 1 + x / 4.
    y: (g, [x], { c }) => {
      const diagonal = Float32Array.from({ length: c * c }, (_, i) => (i % (c + 1) === 0 ? 4 : 0))
      return g.node('Inverse', [g.add(g.mul(x, 0.25), g.constant(diagonal, [c, c]))])
    },
  },
  ReduceSum: { of: (sizes) => [images(sizes)], y: (g, [x]) => g.reduceSum(x, [0, -1], {}) },
  ReduceMean: { of: (sizes) => [images(sizes)], y: (g, [x]) => g.reduceMean(x, [1, 2], { keep: true }) },
  ReduceMax: { of: ({ n, c }) => [[n, c]], y: (g, [x]) => g.node('ReduceMax', [x, g.sizes([1])]) },
  ArgMax: one('ArgMax', { axis: 1, keepdims: 0 }),
  Softmax: one('Softmax'),
  LogSoftmax: one('LogSoftmax', { axis: 0 }),
  Transpose: { of: ({ n, c, s }) => [[n, c, s]], y: (g, [x]) => g.transpose(x, [2, 0, 1]) },
  Reshape: { of: ({ n, c, s }) => [[n, c, s]], y: (g, [x]) => g.reshape(x, [0, -1]) },
  Flatten: { of: (sizes) => [images(sizes)], y: (g, [x]) => g.node('Flatten', [x]) },
  Unsqueeze: one2((g, x) => g.unsqueeze(x, [1, -1])),
  Squeeze: one2((g, x) => g.node('Squeeze', [g.unsqueeze(x, [0]), g.sizes([0])])),
  Expand: {
    of: ({ c }) => [[c, 1]],
    y: (g, [x], { n, c, s }) => g.node('Expand', [x, g.sizes([n, c, s])]),
  },
  Concat: {
    of: ({ n, c, s }) => [
      [n, c],
      [n, s],
    ],
    y: (g, [a, b]) => g.node('Concat', [a, b], { axis: -1 }),
  },
  Slice: { of: ({ n, s }) => [[n, s]], y: (g, [x]) => g.slice(x, { axis: 1, from: 1, to: -1 }) },
  Pad: { of: ({ n, s }) => [[n, s]], y: (g, [x]) => g.pad(x, [1, 0, 2, -1]) },
  Gather: {
    of: ({ c, s }) => [[c, s]],
    y: (g, [x]) => g.node('Gather', [x, g.constant(Int32Array.of(1, 0, 1, 1), [2, 2])]),
  },
  ScatterND: {
    of: ({ c, s }) => [[c, s], [s]],
    y: (g, [x, update]) =>
      g.node('ScatterND', [x, g.unsqueeze(g.sizes([1]), [0]), g.unsqueeze(update, [0])], {
        reduction: 'add',
      }),
  },
  ScatterElements: {
    of: ({ s }) => [[s], [1]],
    y: (g, [x, update]) => g.node('ScatterElements', [x, g.sizes([1]), update], { reduction: 'add' }),
  },
  Shape: one('Shape'),
  Size: one('Size'),
  Conv: {
    of: ({ n, c, s }) => [[n, 2 * c, s + 1, s + 2], [2, c, 3, 2], [2]],
    y: (g, [x, w, b]) =>
      g.node('Conv', [x, w, b], { strides: [2, 1], pads: [1, 0, 1, 1], dilations: [1, 2], group: 2 }),
  },
  ConvTranspose: {
    of: ({ n, c, s }) => [
      [n, c, s, s],
      [c, 2, 3, 3],
    ],
    y: (g, [x, w]) => g.node('ConvTranspose', [x, w], { strides: [2, 2], output_padding: [1, 0] }),
  },
  // Windows that overlap and reach over the edge.
  MaxPool: pool('MaxPool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
  MaxPoolIndices: pool('MaxPoolIndices', {}),
  AveragePool: pool('AveragePool', { kernel_shape: [3, 2], pads: [1, 0, 1, 1], count_include_pad: 1 }),
  GlobalAveragePool: { of: (sizes) => [images(sizes)], y: (g, [x]) => g.node('GlobalAveragePool', [x]) },
  BatchNormalization: {
    of: (sizes) => [images(sizes), ...Array.from({ length: 4 }, () => [sizes.c])],
    y: (g, x) => g.node('BatchNormalization', x),
    isPositive: true,
  },
}

function one2(y: (g: Builder, x: Value) => Value): Example {
  return { of: ({ n, c }) => [[n, c]], y: (g, [x]) => y(g, x) }
}

/** Further forms of operators whose rules take turns by attributes and shapes. */
export const forms: Readonly<Record<string, Example & { readonly op: OpName }>> = {
  'Conv with a stride that leaves a rest, without bias': {
    op: 'Conv',
    of: ({ n, c, s }) => [
      [n, c, s + 1, s],
      [2, c, 2, 3],
    ],
    y: (g, [x, w]) => g.node('Conv', [x, w], { strides: [3, 2] }),
  },
  'Conv over one axis': {
    op: 'Conv',
    of: ({ n, c, s }) => [
      [n, c, s],
      [2, c, 3],
    ],
    y: (g, [x, w]) => g.node('Conv', [x, w], { pads: [1, 1] }),
  },
  'MatMul of a matrix by a stack': {
    op: 'MatMul',
    of: ({ n, c, s }) => [
      [s, c],
      [n, c, 2],
    ],
    y: (g, [a, b]) => g.matMul(a, b),
  },
  'Gemm as it stands': {
    op: 'Gemm',
    of: ({ n, c, s }) => [
      [n, c],
      [c, s],
    ],
    y: (g, [a, b]) => g.gemm(a, b),
  },
  'Gemm with the first turned': {
    op: 'Gemm',
    of: ({ n, c, s }) => [
      [c, n],
      [c, s],
      [n, 1],
    ],
    y: (g, [a, b, bias]) => g.node('Gemm', [a, b, bias], { transA: 1 }),
  },
  'Gemm with the second turned': {
    op: 'Gemm',
    of: ({ n, c, s }) => [[n, c], [s, c], [1]],
    y: (g, [a, b, bias]) => g.node('Gemm', [a, b, bias], { transB: 1 }),
  },
  'Pad of one axis, with a number of its own': {
    op: 'Pad',
    of: ({ n, s }) => [[n, s]],
    y: (g, [x]) => g.node('Pad', [x, g.sizes([2, 1]), 3, g.sizes([-1])]),
  },
  'Transpose without a list': { op: 'Transpose', ...one('Transpose') },
  'Squeeze of all ones': {
    op: 'Squeeze',
    of: ({ c }) => [[1, c, 1]],
    y: (g, [x]) => g.node('Squeeze', [x]),
  },
  'ReduceSum of all': { op: 'ReduceSum', ...one('ReduceSum', { keepdims: 0 }) },
  'Clip without a least': {
    op: 'Clip',
    of: ({ n, c }) => [[n, c]],
    y: (g, [x]) => g.node('Clip', [x, null, 0.14]),
  },
  'MaxPool of windows side by side': { op: 'MaxPool', ...pool('MaxPool', {}) },
  'MaxPool rounded up': { op: 'MaxPool', ...pool('MaxPool', { kernel_shape: [3, 2], ceil_mode: 1 }) },
  'AveragePool without an edge': { op: 'AveragePool', ...pool('AveragePool', { strides: [1, 3] }) },
  'BatchNormalization of rows': {
    op: 'BatchNormalization',
    of: ({ n, c }) => [[n, c], [c], [c], [c], [c]],
    y: (g, x) => g.node('BatchNormalization', x),
    isPositive: true,
  },
  'rows divided by their length': {
    op: 'Div',
    of: ({ n, c }) => [[n, c]],
    y: (g, [x]) => g.div(x, g.sqrt(g.reduceSum(g.mul(x, x), [1], { keep: true }))),
    // Near zero the direction turns faster than the steps of the differences.
    isPositive: true,
  },
}
