import { Failure } from '../../base/index.ts'
import type { ElementType } from '../../formats/index.ts'
import type { Builder } from '../build.ts'
import { broadcast, isKnown, textOf, type Shape } from '../dims.ts'
import type { Attributes, Value } from '../graph.ts'

/** A node's inputs; those left out are `absent`. */
export type Inputs = readonly [Value, Value, Value, Value, Value, ...Value[]]
export const absent: Value = { name: '', type: 'float32', shape: [] }
export const isThere = (value: Value): boolean => value.name !== ''

export type Kind = 'int' | 'float' | 'ints' | 'text' | 'type'
/** How ONNX writes an attribute, and what holds where a node does not say. */
export type AttributeRule = { readonly kind: Kind; readonly or?: number | string | readonly number[] }

/** Of a node: its inputs, its output, the gradient of the loss by it; `wants` skips needless work. */
export type Around = {
  readonly x: Inputs
  readonly y: Value
  readonly dy: Value
  readonly a: Attributes
  readonly wants: (input: number) => boolean
}
/** Gradients by each input, in order; null or missing: slope 0. It builds graph, it computes nothing. */
export type Gradient = (around: Around, g: Builder) => readonly (Value | null)[]

/** All that is true of an operator. */
export type Op = {
  /** How many inputs: at least, at most. */
  readonly takes: readonly [least: number, most: number]
  readonly attributes?: Readonly<Record<string, AttributeRule>>
  readonly shape: (x: Inputs, a: Attributes) => Shape
  /** As the first input where it does not say. */
  readonly type?: (x: Inputs, a: Attributes) => ElementType
  /** The list of sizes that it gives, where known beforehand. */
  readonly known?: (x: Inputs) => Shape | undefined
  readonly gradient: Gradient | { readonly none: string }
  /** Where this row is a further output of another operator. */
  readonly as?: { readonly op: string; readonly output: number }
  /** Whose operator it is, where not ONNX's own. */
  readonly domain?: string
}

export const same = ([x]: Inputs): Shape => x.shape
export const stretched = ([a, b]: Inputs): Shape => broadcast(a.shape, b.shape)

export const intOf = (a: Attributes, name: string): number => a[name] as number
export const intsOf = (a: Attributes, name: string): readonly number[] => a[name] as readonly number[]

/** A list of sizes that must be known when the graph is built. */
export function listOf(x: Value, what: string): readonly number[] {
  if (x.known?.every(isKnown)) return x.known
  throw new Failure('bad-input', `cannot build a graph: ${what} must be constant, and ${x.name} is not`)
}

/** The size that a rule cannot do without. */
export function sizeOf(x: Value, axis: number, why: string): number {
  const dim = x.shape[axis]
  if (isKnown(dim)) return dim
  throw new Failure(
    'bad-input',
    `cannot ${why}: size ${axis} of ${x.name} must be known, and it is ${textOf(x.shape)}`,
  )
}

/** What broadcasting stretched is summed again: the gradient by `x` out of one of a broadcast of it. */
export function sumTo(g: Builder, dy: Value, x: Value): Value {
  const offset = dy.shape.length - x.shape.length
  const axes = dy.shape.flatMap((dim, i) =>
    i < offset || (x.shape[i - offset] === 1 && dim !== 1) ? [i] : [],
  )
  if (axes.length === 0) return dy
  const sum = g.reduceSum(dy, axes, { keep: true })
  return offset === 0 ? sum : g.reshapeAs(sum, x)
}
