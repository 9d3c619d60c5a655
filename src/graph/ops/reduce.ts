import { axisIn, isKnown, times, type Shape } from '../dims.ts'
import type { Attributes, Value } from '../graph.ts'
import type { Builder } from '../build.ts'
import { intOf, isThere, listOf, same, type Inputs, type Op } from './op.ts'

const attributes = { keepdims: { kind: 'int', or: 1 } } as const

const axesOf = ([x, axes]: Inputs): readonly number[] =>
  isThere(axes)
    ? listOf(axes, 'the axes of a sum').map((axis) => axisIn(axis, x.shape))
    : x.shape.map((_, i) => i)

function reduced(inputs: Inputs, a: Attributes): Shape {
  const axes = axesOf(inputs)
  if (intOf(a, 'keepdims') === 1) return inputs[0].shape.map((dim, i) => (axes.includes(i) ? 1 : dim))
  return inputs[0].shape.filter((_, i) => !axes.includes(i))
}

/** dy stretched over what was reduced. */
function spread(g: Builder, dy: Value, inputs: Inputs): Value {
  const axes = axesOf(inputs)
  const rank = inputs[0].shape.length
  const kept = dy.shape.length === rank ? dy : g.unsqueeze(dy, axes)
  return g.expandAs(kept, inputs[0])
}

export const reductions = {
  ReduceSum: {
    takes: [1, 2],
    attributes,
    shape: reduced,
    gradient: ({ x, dy }, g) => [spread(g, dy, x)],
  },
  ReduceMean: {
    takes: [1, 2],
    attributes,
    shape: reduced,
    gradient: ({ x, y, dy }, g) => [g.div(spread(g, dy, x), countOf(g, x, y))],
  },
  ReduceMax: {
    takes: [1, 2],
    attributes,
    shape: reduced,
    gradient: { none: 'its ties would have to be divided; use MaxPool or a mean' },
  },
  ArgMax: {
    takes: [1, 1],
    attributes: { axis: { kind: 'int', or: 0 }, keepdims: { kind: 'int', or: 1 } },
    shape: ([x], a) => {
      const axis = axisIn(intOf(a, 'axis'), x.shape)
      if (intOf(a, 'keepdims') === 1) return x.shape.with(axis, 1)
      return x.shape.filter((_, i) => i !== axis)
    },
    type: () => 'int64',
    gradient: { none: 'a choice of index has slope 0 wherever it has one' },
  },
  Softmax: {
    takes: [1, 1],
    attributes: { axis: { kind: 'int', or: -1 } },
    shape: same,
    // dx = y · (dy − Σ dy · y)
    gradient: ({ y, dy, a }, g) => {
      const product = g.mul(dy, y)
      return [g.sub(product, g.mul(y, g.reduceSum(product, [intOf(a, 'axis')], { keep: true })))]
    },
  },
  LogSoftmax: {
    takes: [1, 1],
    attributes: { axis: { kind: 'int', or: -1 } },
    shape: same,
    // dx = dy − e^y · Σ dy
    gradient: ({ y, dy, a }, g) => [
      g.sub(dy, g.mul(g.node('Exp', [y]), g.reduceSum(dy, [intOf(a, 'axis')], { keep: true }))),
    ],
  },
} satisfies Record<string, Op>

/** How many numbers went into each mean: known beforehand, or counted as the model runs. */
function countOf(g: Builder, inputs: Inputs, y: Value): Value | number {
  const [x] = inputs
  const size = times(...axesOf(inputs).map((axis) => x.shape[axis]!))
  if (isKnown(size)) return size
  return g.cast(g.div(g.node('Size', [x]), g.node('Size', [y])), x.type)
}
