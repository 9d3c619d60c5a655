import { Failure } from '../../base/index.ts'
import type { Builder } from '../build.ts'
import { isKnown, type Shape } from '../dims.ts'
import type { Attributes, Value } from '../graph.ts'
import { slidingAttributes, slidingOf, windowed } from './convolution.ts'
import { intOf, intsOf, sizeOf, type Around, type Inputs, type Op } from './op.ts'

const attributes = {
  ...slidingAttributes,
  kernel_shape: { kind: 'ints' },
  ceil_mode: { kind: 'int', or: 0 },
} as const

function pooled([x]: Inputs, a: Attributes): Shape {
  const rounds = intOf(a, 'ceil_mode') === 1 ? ({ rounds: 'up' } as const) : {}
  const sizes = x.shape.slice(2)
  const sliding = { ...slidingOf(a, sizes.length), ...rounds }
  return [...x.shape.slice(0, 2), ...windowed(sizes, intsOf(a, 'kernel_shape'), sliding)]
}

/** Each dy goes back to where its maximum stood, by ONNX's own indices into the whole tensor. */
function byMaximum({ x: [x], dy, a }: Around, g: Builder): Value {
  const indices = g.node('MaxPoolIndices', [x], a)
  const zeros = g.reshape(g.mul(x, 0), [-1])
  const sums = g.node('ScatterElements', [zeros, g.reshape(indices, [-1]), g.reshape(dy, [-1])], {
    reduction: 'add',
  })
  return g.reshapeAs(sums, x)
}

/** Each dy is shared out over its window: a transposed convolution of each channel with a flat kernel. */
function byMean({ x: [x], dy, a }: Around, g: Builder): Value {
  const kernel = intsOf(a, 'kernel_shape')
  const sliding = slidingOf(a, kernel.length)
  const padded = sliding.pads.some((width) => width !== 0)
  if ((padded && intOf(a, 'count_include_pad') === 0) || intOf(a, 'ceil_mode') === 1) {
    throw new Failure(
      'bad-input',
      'cannot differentiate an AveragePool whose windows count differently: pad beforehand, or set count_include_pad to 1 and ceil_mode to 0',
    )
  }
  const channels = sizeOf(x, 1, 'differentiate an AveragePool')
  const area = kernel.reduce((product, size) => product * size, 1)
  const flat = g.constant(new Float32Array(channels * area).fill(1 / area), [channels, 1, ...kernel])
  const left = kernel.map((size, i) => {
    if (sliding.strides[i] === 1) return 0
    const padding = sliding.pads[i]! + sliding.pads[i + kernel.length]!
    const whole = sizeOf(x, i + 2, 'differentiate a strided AveragePool')
    return (whole + padding - sliding.dilations[i]! * (size - 1) - 1) % sliding.strides[i]!
  })
  return g.node('ConvTranspose', [dy, g.cast(flat, x.type)], {
    ...sliding,
    group: channels,
    output_padding: left,
  })
}

export const poolings = {
  MaxPool: {
    takes: [1, 1],
    attributes,
    shape: pooled,
    gradient: (around, g) => [byMaximum(around, g)],
  },
  /** Where in the whole tensor each maximum stands. */
  MaxPoolIndices: {
    takes: [1, 1],
    attributes,
    shape: pooled,
    type: () => 'int64',
    as: { op: 'MaxPool', output: 1 },
    gradient: { none: 'a choice of index has slope 0 wherever it has one' },
  },
  AveragePool: {
    takes: [1, 1],
    attributes: { ...attributes, count_include_pad: { kind: 'int', or: 0 } },
    shape: pooled,
    gradient: (around, g) => [byMean(around, g)],
  },
  GlobalAveragePool: {
    takes: [1, 1],
    shape: ([x]) => x.shape.map((dim, i) => (i < 2 ? dim : 1)),
    gradient: ({ x: [x], dy }, g) => {
      const sizes = x.shape.slice(2)
      if (!sizes.every(isKnown)) sizeOf(x, 2, 'differentiate a GlobalAveragePool')
      return [
        g.expandAs(
          g.div(
            dy,
            (sizes as number[]).reduce((area, size) => area * size, 1),
          ),
          x,
        ),
      ]
    },
  },
} satisfies Record<string, Op>
