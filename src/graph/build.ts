// Graphs are written as one writes formulas; shapes are inferred, so that a mismatch fails where it is written.
import { Failure } from '../base/index.ts'
import { bytesOf, elementTypes, type ElementType, type OnnxTensor } from '../formats/index.ts'
import { textOf, type Shape } from './dims.ts'
import { pruned, type Attributes, type Graph, type Node, type Value } from './graph.ts'
import { absent, isThere, type Inputs, type Op } from './ops/op.ts'
import { opOf } from './ops/table.ts'

export type Operand = Value | number
export type Builder = Primitives & Words

type Primitives = {
  input(name: string, type: ElementType, shape: Shape): Value
  /** Numbers in C order; float32, int32 or uint8 by the array given. A name makes it a parameter to differentiate by. */
  constant(
    data: Float32Array | Int32Array | Uint8Array,
    shape: readonly number[],
    options?: { readonly name?: string },
  ): Value
  /** A tensor of any type, under its name. */
  tensor(name: string, tensor: OnnxTensor): Value
  /** One number of any of the float types. */
  scalar(value: number, type: ElementType): Value
  /** A list of sizes or axes. */
  sizes(values: readonly number[]): Value
  /** Any operator of the table; a number stands for a constant of the other operand's type, null for an input left out. */
  node(
    op: string,
    inputs: readonly (Operand | null)[],
    attributes?: Attributes,
    options?: { readonly name?: string },
  ): Value
  /** Everything that the outputs need; an output takes the name of its key. */
  graph(name: string, outputs: Readonly<Record<string, Value>>): Graph
}

type Words = ReturnType<typeof wordsOf>

/** An empty graph to write on, or one to go on writing. */
export function build(from?: Graph): Builder {
  const values = new Map(from?.values)
  const constants = new Map(from?.constants)
  const nodes: Node[] = [...(from?.nodes ?? [])]
  const inputs: string[] = [...(from?.inputs ?? [])]
  let count = values.size

  const fresh = (stem: string): string => {
    do count++
    while (values.has(`${stem}_${count}`))
    return `${stem}_${count}`
  }
  const define = (value: Value): Value => {
    if (value.name === '' || values.has(value.name)) {
      throw new Failure('bad-input', `cannot name two values of a graph alike: "${value.name}" is taken`)
    }
    values.set(value.name, value)
    return value
  }
  const tensor = (name: string, it: OnnxTensor): Value => {
    checkSize(name, it)
    constants.set(name, it)
    const isList = it.type === 'int64' && it.shape.length <= 1
    return define({ name, type: it.type, shape: it.shape, ...(isList ? { known: numbersOf(it) } : {}) })
  }
  const scalar = (value: number, type: ElementType): Value => {
    const name = `${value}:${type}`
    const there = values.get(name)
    if (there) return there
    if (type === 'float32') return tensor(name, { type, shape: [], data: bytesOf(Float32Array.of(value)) })
    if (type === 'float64') return tensor(name, { type, shape: [], data: bytesOf(Float64Array.of(value)) })
    if (type === 'int32') return tensor(name, { type, shape: [], data: bytesOf(Int32Array.of(value)) })
    return node('Cast', [scalar(value, 'float32')], { to: type }, { name })
  }
  const node: Primitives['node'] = (op, operands, attributes = {}, { name } = {}) => {
    const row = opOf(op)
    const type = operands.find((it) => it !== null && typeof it !== 'number' && it.type !== 'bool')
    const given = operands.map((it) => {
      if (it === null) return absent
      return typeof it === 'number' ? scalar(it, type ? (type as Value).type : 'float32') : it
    })
    const [x, a] = [inputsOf(op, row, given), withDefaults(op, row, attributes)]
    const known = row.known?.(x)
    const value = define({
      name: name ?? fresh(op),
      type: row.type?.(x, a) ?? x[0].type,
      shape: row.shape(x, a),
      ...(known ? { known } : {}),
    })
    nodes.push({ op, inputs: given.map((it) => it.name), output: value.name, attributes: a })
    return value
  }
  const primitives: Primitives = {
    input: (name, type, shape) => {
      inputs.push(name)
      return define({ name, type, shape })
    },
    constant: (data, shape, { name = fresh('constant') } = {}) =>
      tensor(name, { type: typeNameOf(data), shape, data: bytesOf(data) }),
    tensor,
    scalar,
    sizes: (list) => {
      const name = `[${list.join(', ')}]`
      const data = bytesOf(BigInt64Array.from(list, BigInt))
      return values.get(name) ?? tensor(name, { type: 'int64', shape: [list.length], data })
    },
    node,
    graph: (name, outputs) => {
      for (const [output, value] of Object.entries(outputs)) {
        if (value.name !== output) node('Identity', [value], {}, { name: output })
      }
      return pruned({ name, inputs, outputs: Object.keys(outputs), constants, nodes, values })
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

function checkSize(name: string, { type, shape, data }: OnnxTensor): void {
  const promised = shape.reduce((size, dim) => size * dim, elementTypes[type].bytes)
  if (promised === data.length) return
  throw new Failure(
    'bad-input',
    `cannot build the constant ${name}: ${textOf(shape)} of ${type} takes ${promised} bytes, not ${data.length}`,
  )
}

const numbersOf = ({ data }: OnnxTensor): number[] =>
  Array.from(new BigInt64Array(data.slice().buffer), Number)

function typeNameOf(data: Float32Array | Int32Array | Uint8Array): ElementType {
  if (data instanceof Float32Array) return 'float32'
  return data instanceof Int32Array ? 'int32' : 'uint8'
}

function inputsOf(op: string, { takes: [least, most] }: Op, given: readonly Value[]): Inputs {
  const there = given.filter(isThere).length
  if (there < least || given.length > most) {
    throw new Failure('bad-input', `cannot build ${op}: it takes ${least} to ${most} inputs, not ${there}`)
  }
  const [a = absent, b = absent, c = absent, d = absent, e = absent, ...more] = given
  return [a, b, c, d, e, ...more]
}

function withDefaults(op: string, row: Op, given: Attributes): Attributes {
  const rules = row.attributes ?? {}
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name))
  if (unknown !== undefined) {
    const known = Object.keys(rules).join(', ') || 'none'
    throw new Failure('bad-input', `cannot build ${op}: its attributes are ${known}, not ${unknown}`)
  }
  const defaults = Object.entries(rules).flatMap(([name, { or }]) => (or === undefined ? [] : [[name, or]]))
  return { ...Object.fromEntries(defaults), ...given }
}
