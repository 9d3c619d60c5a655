import { Failure } from '../../base/index.ts'
import type { Builder } from '../build.ts'
import { axisIn, isKnown, reshaped, textOf, times, type Shape } from '../dims.ts'
import type { Attributes, Value } from '../graph.ts'
import { intOf, intsOf, isThere, listOf, sizeOf, sumTo, type Inputs, type Op } from './op.ts'

const list = { none: 'a list of sizes is not a function of the numbers' }
const back: Op['gradient'] = ({ x: [x], dy }, g) => [g.reshapeAs(dy, x), null]

const permOf = (x: Value, a: Attributes): readonly number[] =>
  a['perm'] === undefined ? x.shape.map((_, i) => x.shape.length - 1 - i) : intsOf(a, 'perm')

function padded([x, pads, , axes]: Inputs): Shape {
  const by = padsOf(x, pads, axes)
  return x.shape.map((dim, i) => {
    const more = by[i]! + by[i + x.shape.length]!
    if (more === 0) return dim
    return isKnown(dim) ? dim + more : `${dim}+${more}`
  })
}

/** Begins, then ends, of every axis. */
function padsOf(x: Value, pads: Value, axes: Value): readonly number[] {
  const given = listOf(pads, 'the widths of a Pad')
  if (!isThere(axes)) return given
  const at = listOf(axes, 'the axes of a Pad').map((axis) => axisIn(axis, x.shape))
  const rank = x.shape.length
  const all: number[] = new Array<number>(2 * rank).fill(0)
  for (const [i, axis] of at.entries()) {
    all[axis] = given[i]!
    all[axis + rank] = given[i + at.length]!
  }
  return all
}

type Cut = { readonly axis: number; readonly from: number; readonly to: number; readonly step: number }

function cutsOf([x, starts, ends, axes, steps]: Inputs): readonly Cut[] {
  const [from, to] = [listOf(starts, 'the starts of a Slice'), listOf(ends, 'the ends of a Slice')]
  const step = isThere(steps) ? listOf(steps, 'the steps of a Slice') : from.map(() => 1)
  const at = isThere(axes) ? listOf(axes, 'the axes of a Slice') : from.map((_, i) => i)
  return at.map((given, i) => {
    const axis = axisIn(given, x.shape)
    const size = sizeOf(x, axis, 'cut a tensor')
    const bounded = (value: number, least: number, most: number): number =>
      Math.min(Math.max(value < 0 ? value + size : value, least), most)
    if (step[i]! > 0) {
      return { axis, from: bounded(from[i]!, 0, size), to: bounded(to[i]!, 0, size), step: step[i]! }
    }
    return { axis, from: bounded(from[i]!, 0, size - 1), to: bounded(to[i]!, -1, size - 1), step: step[i]! }
  })
}

function cut(inputs: Inputs): Shape {
  const shape = [...inputs[0].shape]
  for (const { axis, from, to, step } of cutsOf(inputs)) {
    shape[axis] = Math.max(0, Math.ceil((to - from) / step))
  }
  return shape
}

/** Zeros around what a Slice of steps of 1 kept. */
function uncut(g: Builder, dy: Value, inputs: Inputs): Value {
  const [x] = inputs
  const begins = x.shape.map(() => 0)
  const ends = x.shape.map(() => 0)
  for (const { axis, from, to, step } of cutsOf(inputs)) {
    if (step !== 1) {
      throw new Failure('bad-input', `cannot differentiate a Slice: its steps must be 1, and one is ${step}`)
    }
    begins[axis] = from
    ends[axis] = sizeOf(x, axis, 'differentiate a Slice') - Math.max(from, to)
  }
  return g.pad(dy, [...begins, ...ends])
}

function joinedShape(inputs: Inputs, a: Attributes): Shape {
  const parts = inputs.filter(isThere)
  const axis = axisIn(intOf(a, 'axis'), parts[0]!.shape)
  const sizes = parts.map((part) => part.shape[axis]!)
  const whole = sizes.every(isKnown) ? sizes.reduce((sum, size) => sum + size, 0) : sizes.join('+')
  return parts[0]!.shape.with(axis, whole)
}

export const moves = {
  Transpose: {
    takes: [1, 1],
    attributes: { perm: { kind: 'ints' } },
    shape: ([x], a) => permOf(x, a).map((axis) => x.shape[axis]!),
    gradient: ({ x: [x], dy, a }, g) => {
      const perm = permOf(x, a)
      return [
        g.transpose(
          dy,
          perm.map((_, i) => perm.indexOf(i)),
        ),
      ]
    },
  },
  Reshape: {
    takes: [2, 2],
    shape: ([x, target]) => {
      if (target.known) return reshaped(x.shape, target.known)
      throw new Failure(
        'bad-input',
        `cannot reshape ${x.name} ${textOf(x.shape)}: ${target.name} is not known`,
      )
    },
    gradient: back,
  },
  Flatten: {
    takes: [1, 1],
    attributes: { axis: { kind: 'int', or: 1 } },
    shape: ([x], a) => {
      const axis = axisIn(intOf(a, 'axis'), x.shape)
      return [times(...x.shape.slice(0, axis)), times(...x.shape.slice(axis))]
    },
    gradient: back,
  },
  Unsqueeze: {
    takes: [2, 2],
    shape: ([x, axes]) => {
      const added = listOf(axes, 'the axes of an Unsqueeze')
      const shape = [...x.shape]
      const rank = shape.length + added.length
      for (const axis of added.map((i) => (i < 0 ? i + rank : i)).sort((p, q) => p - q))
        shape.splice(axis, 0, 1)
      return shape
    },
    gradient: back,
  },
  Squeeze: {
    takes: [1, 2],
    shape: ([x, axes]) => {
      if (!isThere(axes)) return x.shape.filter((dim) => dim !== 1)
      const gone = listOf(axes, 'the axes of a Squeeze').map((axis) => axisIn(axis, x.shape))
      return x.shape.filter((_, i) => !gone.includes(i))
    },
    gradient: back,
  },
  Expand: {
    takes: [2, 2],
    shape: ([x, target]) => {
      if (target.known) return target.known
      throw new Failure(
        'bad-input',
        `cannot expand ${x.name} ${textOf(x.shape)}: ${target.name} is not known`,
      )
    },
    gradient: ({ x: [x], dy }, g) => [sumTo(g, dy, x), null],
  },
  Concat: {
    takes: [1, 64],
    attributes: { axis: { kind: 'int' } },
    shape: joinedShape,
    gradient: ({ x, dy, a }, g) => {
      const parts = x.filter(isThere)
      const axis = axisIn(intOf(a, 'axis'), parts[0]!.shape)
      let at = 0
      return parts.map((part) => {
        const from = at
        at += sizeOf(part, axis, 'differentiate a Concat')
        return g.slice(dy, { axis, from, to: at })
      })
    },
  },
  Slice: {
    takes: [3, 5],
    shape: cut,
    gradient: ({ x, dy }, g) => [uncut(g, dy, x)],
  },
  Pad: {
    takes: [2, 4],
    attributes: { mode: { kind: 'text', or: 'constant' } },
    shape: padded,
    // Negative widths cut, and so undo a Pad.
    gradient: ({ x: [x, pads, , axes], dy, a }, g) => {
      if (a['mode'] !== 'constant') {
        throw new Failure(
          'bad-input',
          `cannot differentiate a Pad: its mode must be constant, and it is ${a['mode']}`,
        )
      }
      return [
        g.pad(
          dy,
          padsOf(x, pads, axes).map((width) => -width),
        ),
      ]
    },
  },
  /** Rows of x by their numbers. */
  Gather: {
    takes: [2, 2],
    attributes: { axis: { kind: 'int', or: 0 } },
    shape: ([x, indices], a) => {
      const axis = axisIn(intOf(a, 'axis'), x.shape)
      return [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)]
    },
    gradient: ({ x: [x, indices], dy, a }, g) => {
      if (axisIn(intOf(a, 'axis'), x.shape) !== 0) {
        throw new Failure(
          'bad-input',
          `cannot differentiate a Gather: its axis must be 0, and it is ${intOf(a, 'axis')}`,
        )
      }
      const zeros = g.expandAs(g.scalar(0, x.type), x)
      const at = g.unsqueeze(g.cast(indices, 'int64'), [indices.shape.length])
      return [g.node('ScatterND', [zeros, at, dy], { reduction: 'add' }), null]
    },
  },
  /** Adds updates to chosen rows. */
  ScatterND: {
    takes: [3, 3],
    attributes: { reduction: { kind: 'text', or: 'none' } },
    shape: ([x]) => x.shape,
    gradient: { none: 'it stands only in gradients' },
  },
  ScatterElements: {
    takes: [3, 3],
    attributes: { axis: { kind: 'int', or: 0 }, reduction: { kind: 'text', or: 'none' } },
    shape: ([x]) => x.shape,
    gradient: { none: 'it stands only in gradients' },
  },
  Shape: {
    takes: [1, 1],
    shape: ([x]) => [x.shape.length],
    type: () => 'int64',
    known: ([x]) => x.shape,
    gradient: list,
  },
  Size: { takes: [1, 1], shape: () => [], type: () => 'int64', gradient: list },
} satisfies Record<string, Op>
