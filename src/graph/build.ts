// Graphs are written as one writes formulas; shapes are inferred: a mismatch fails where it is written.
import { bytesOf, type ElementType, type OnnxTensor } from '../formats/index.ts'
import { textOf, type Shape } from './dims.ts'
import { pruned, type Attributes, type Graph, type Value } from './graph.ts'
import * as sheets from './sheet.ts'

export type Operand = Value | number
type Numbers = Float32Array | Int32Array | Uint8Array

type Primitives = {
  input(name: string, type: ElementType, shape: Shape): Value
  /** Numbers in C order, of the array's type. A name makes it a parameter to differentiate by. */
  constant(data: Numbers, shape: readonly number[], options?: { readonly name?: string }): Value
  /** A tensor of any type, under its name. */
  tensor(name: string, tensor: OnnxTensor): Value
  /** One number of any of the float types. */
  scalar(value: number, type: ElementType): Value
  /** A list of sizes or axes. */
  sizes(values: readonly number[]): Value
  /**
   * Any operator of the table, its output named if need be. A number stands for a constant of
   * the other operand's type, null for an input left out.
   */
  node(
    op: string | { readonly op: string; readonly name: string },
    inputs: readonly (Operand | null)[],
    attributes?: Attributes,
  ): Value
  /** Everything that the outputs need; an output takes the name of its key. */
  graph(name: string, outputs: Readonly<Record<string, Value>>): Graph
}
type Words = ReturnType<typeof wordsOf>
export type Builder = Primitives & Words

/** An empty graph to write on, or one to go on writing. */
export function build(from?: Graph): Builder {
  const sheet = sheets.sheetOf(from)
  const node: Primitives['node'] = (what, inputs, attributes = {}) => {
    const { op, name } = typeof what === 'string' ? { op: what, name: sheets.freshName(sheet, what) } : what
    return sheets.writeNode(sheet, { op, name, inputs, attributes })
  }
  const primitives: Primitives = {
    input: (name, type, shape) => sheets.writeInput(sheet, { name, type, shape }),
    constant: (data, shape, { name = sheets.freshName(sheet, 'constant') } = {}) =>
      sheets.writeTensor(sheet, name, { type: typeNameOf(data), shape, data: bytesOf(data) }),
    tensor: (name, tensor) => sheets.writeTensor(sheet, name, tensor),
    scalar: (value, type) => sheets.writeScalar(sheet, value, type),
    sizes: (list) => sheets.writeSizes(sheet, list),
    node,
    graph: (name, outputs) => {
      for (const [output, value] of Object.entries(outputs)) {
        if (value.name !== output) node({ op: 'Identity', name: output }, [value])
      }
      return pruned({ ...sheets.written(sheet), name, outputs: Object.keys(outputs) })
    },
  }
  return { ...primitives, ...wordsOf(primitives) }
}

/** The operators used most, as words. */
function wordsOf({ node, sizes }: Pick<Primitives, 'node' | 'sizes'>) {
  const reshapeTo = (x: Value, target: Value): Value => node('Reshape', [x, target])
  const pair =
    (op: string) =>
    (a: Operand, b: Operand): Value =>
      node(op, [a, b])
  return {
    add: pair('Add'),
    sub: pair('Sub'),
    mul: pair('Mul'),
    div: pair('Div'),
    matMul: pair('MatMul'),
    greater: pair('Greater'),
    neg: (x: Value) => node('Neg', [x]),
    relu: (x: Value) => node('Relu', [x]),
    sqrt: (x: Value) => node('Sqrt', [x]),
    where: (condition: Value, a: Operand, b: Operand) => node('Where', [condition, a, b]),
    gemm: (a: Value, b: Value, at: Attributes = {}) => node('Gemm', [a, b], at),
    cast: (x: Value, to: ElementType) => (x.type === to ? x : node('Cast', [x], { to })),
    transpose: (x: Value, perm: readonly number[]) => node('Transpose', [x], { perm }),
    reshape: (x: Value, shape: readonly number[]) => reshapeTo(x, sizes(shape)),
    reshapeAs: (x: Value, like: Value) => (sameShape(x, like) ? x : reshapeTo(x, node('Shape', [like]))),
    expandAs: (x: Value, like: Value) =>
      sameShape(x, like) ? x : node('Expand', [x, node('Shape', [like])]),
    unsqueeze: (x: Value, axes: readonly number[]) => node('Unsqueeze', [x, sizes(axes)]),
    reduceSum: (x: Value, axes: readonly number[], { keep = false }: { readonly keep?: boolean }) =>
      node('ReduceSum', [x, sizes(axes)], { keepdims: keep ? 1 : 0 }),
    reduceMean: (x: Value, axes: readonly number[], { keep = false }: { readonly keep?: boolean }) =>
      node('ReduceMean', [x, sizes(axes)], { keepdims: keep ? 1 : 0 }),
    /** Widths before, then after, every axis; negative ones cut. */
    pad: (x: Value, widths: readonly number[]) => node('Pad', [x, sizes(widths)]),
    slice: (x: Value, at: { readonly axis: number; readonly from: number; readonly to: number }) =>
      node('Slice', [x, sizes([at.from]), sizes([at.to]), sizes([at.axis])]),
  }
}

const sameShape = (x: Value, like: Value): boolean => textOf(x.shape) === textOf(like.shape)

function typeNameOf(data: Numbers): ElementType {
  if (data instanceof Float32Array) return 'float32'
  return data instanceof Int32Array ? 'int32' : 'uint8'
}
