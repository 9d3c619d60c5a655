import { Failure } from '../../base/index.ts'
import type { Builder } from '../build.ts'
import { isKnown, slid, textOf, times, type Dim, type Shape } from '../dims.ts'
import type { Attributes, Value } from '../graph.ts'
import {
  intOf,
  intsOf,
  isThere,
  sizeOf,
  type Around,
  type AttributeRule,
  type Inputs,
  type Op,
} from './op.ts'

export type Sliding = {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Begins of all axes, then ends. */
  readonly pads: readonly number[]
}
export const slidingAttributes = {
  strides: { kind: 'ints' },
  dilations: { kind: 'ints' },
  pads: { kind: 'ints' },
  auto_pad: { kind: 'text', or: 'NOTSET' },
} as const satisfies Record<string, AttributeRule>

/** The attributes of a window over `rank` axes, with what ONNX supposes where they are left out. */
export function slidingOf(a: Attributes, rank: number): Sliding {
  if (a['auto_pad'] !== undefined && a['auto_pad'] !== 'NOTSET' && a['auto_pad'] !== 'VALID') {
    throw new Failure('bad-input', `cannot read auto_pad ${a['auto_pad']}: state the pads themselves`)
  }
  const all = (value: number, count = rank): number[] => new Array<number>(count).fill(value)
  return {
    strides: (a['strides'] as number[] | undefined) ?? all(1),
    dilations: (a['dilations'] as number[] | undefined) ?? all(1),
    pads: (a['pads'] as number[] | undefined) ?? all(0, 2 * rank),
  }
}

/** Sizes of an image after windows of these kernels. */
export function windowed(
  sizes: Shape,
  kernel: readonly number[],
  { strides, dilations, pads, rounds }: Sliding & { readonly rounds?: 'up' },
): Dim[] {
  return sizes.map((size, i) =>
    slid(size, {
      kernel: kernel[i]!,
      stride: strides[i]!,
      dilation: dilations[i]!,
      pads: [pads[i]!, pads[i + sizes.length]!],
      ...(rounds ? { rounds } : {}),
    }),
  )
}

const kernelOf = (w: Value): number[] =>
  w.shape.slice(2).map((_, i) => sizeOf(w, i + 2, 'slide a kernel over an image'))

/** x [N, C, …], w [K, C / group, …] → [N, K, …] */
function convolved([x, w]: Inputs, a: Attributes): Shape {
  const perGroup = times(w.shape[1]!, intOf(a, 'group'))
  if (perGroup !== x.shape[1]) {
    throw new Failure(
      'bad-input',
      `cannot convolve ${textOf(x.shape)} with ${textOf(w.shape)}: ${x.shape[1]} channels come and ${perGroup} are awaited`,
    )
  }
  const sizes = x.shape.slice(2)
  return [x.shape[0]!, w.shape[0]!, ...windowed(sizes, kernelOf(w), slidingOf(a, sizes.length))]
}

/** By the image: a transposed convolution; what the last stride left over is padded with zeros. */
function byImage({ x: [x, w], dy, a }: Around, g: Builder): Value {
  const sliding = slidingOf(a, x.shape.length - 2)
  const kernel = kernelOf(w)
  const left = kernel.map((size, i) => {
    if (sliding.strides[i] === 1) return 0
    const padding = sliding.pads[i]! + sliding.pads[i + kernel.length]!
    const whole = sizeOf(x, i + 2, 'differentiate a strided convolution')
    return (whole + padding - sliding.dilations[i]! * (size - 1) - 1) % sliding.strides[i]!
  })
  return g.node('ConvTranspose', [dy, w], { ...sliding, group: intOf(a, 'group'), output_padding: left })
}

/** By the kernels: a convolution of x with dy, batch and channels exchanged, stride and dilation too. */
function byKernel({ x: [x, w], dy, a }: Around, g: Builder): Value {
  const rest = x.shape.slice(2).map((_, i) => i + 2)
  const swap = [1, 0, ...rest]
  const { strides, dilations, pads } = slidingOf(a, rest.length)
  const group = intOf(a, 'group')
  const images = group === 1 ? g.transpose(x, swap) : groupsAside(g, x, group)
  const sums = g.node('Conv', [images, g.transpose(dy, swap)], {
    strides: dilations,
    dilations: strides,
    pads,
    group,
  })
  return g.transpose(cornerOf(g, sums, w), swap)
}

/** [N, C, H, W] → [C / group, group · N, H, W] */
function groupsAside(g: Builder, x: Value, group: number): Value {
  const channels = sizeOf(x, 1, 'differentiate a grouped convolution')
  const sizes = x.shape.slice(2).map((_, i) => sizeOf(x, i + 2, 'differentiate a grouped convolution'))
  const split = g.reshape(x, [0, group, channels / group, ...sizes])
  const aside = g.transpose(split, [2, 1, 0, ...sizes.map((_, i) => i + 3)])
  return g.reshape(aside, [channels / group, -1, ...sizes])
}

/** A stride that does not divide the image leaves sums of kernels that were never there. */
function cornerOf(g: Builder, sums: Value, w: Value): Value {
  return kernelOf(w).reduce((it, size, i) => {
    if (it.shape[i + 2] === size) return it
    return g.slice(it, { axis: i + 2, from: 0, to: size })
  }, sums)
}

export const convolutions = {
  Conv: {
    takes: [2, 3],
    attributes: { ...slidingAttributes, group: { kind: 'int', or: 1 }, kernel_shape: { kind: 'ints' } },
    shape: convolved,
    gradient: (around, g) => {
      const { x, dy, wants } = around
      const dx = wants(0) ? byImage(around, g) : null
      const dw = wants(1) ? byKernel(around, g) : null
      const axes = dy.shape.map((_, i) => i).filter((i) => i !== 1)
      return isThere(x[2]) ? [dx, dw, g.reduceSum(dy, axes, {})] : [dx, dw]
    },
  },
  ConvTranspose: {
    takes: [2, 3],
    attributes: {
      ...slidingAttributes,
      group: { kind: 'int', or: 1 },
      kernel_shape: { kind: 'ints' },
      output_padding: { kind: 'ints' },
    },
    // (size − 1) · stride + reach − pads + output_padding
    shape: ([x, w], a) => {
      const { strides, dilations, pads } = slidingOf(a, x.shape.length - 2)
      const extra = a['output_padding'] === undefined ? strides.map(() => 0) : intsOf(a, 'output_padding')
      const sizes = x.shape.slice(2).map((size, i): Dim => {
        const reach = dilations[i]! * (kernelOf(w)[i]! - 1) + 1
        const more = reach - pads[i]! - pads[i + strides.length]! + extra[i]!
        if (isKnown(size)) return (size - 1) * strides[i]! + more
        return strides[i] === 1 && more === 1 ? size : `spread(${size},${strides[i]},${more})`
      })
      return [x.shape[0]!, times(w.shape[1]!, intOf(a, 'group')), ...sizes]
    },
    gradient: { none: 'it stands only in gradients' },
  },
} satisfies Record<string, Op>
