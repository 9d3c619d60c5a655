// What a graph is written on. Only `build` holds one; what leaves is a graph, a value that nothing changes.
import { Failure } from '../base/index.ts'
import { bytesOf, elementTypes, type ElementType, type OnnxTensor } from '../formats/index.ts'
import { textOf } from './dims.ts'
import type { Attributes, Graph, Node, Value } from './graph.ts'
import { absent, isThere, type Inputs, type Op } from './ops/op.ts'
import { opOf } from './ops/table.ts'

export type Sheet = {
  readonly values: Map<string, Value>
  readonly constants: Map<string, OnnxTensor>
  readonly nodes: Node[]
  readonly inputs: string[]
  count: number
}

export const sheetOf = (from?: Graph): Sheet => ({
  values: new Map(from?.values),
  constants: new Map(from?.constants),
  nodes: [...(from?.nodes ?? [])],
  inputs: [...(from?.inputs ?? [])],
  count: from?.values.size ?? 0,
})

/** A copy of all that was written. */
export const written = ({ values, constants, nodes, inputs }: Sheet): Omit<Graph, 'name' | 'outputs'> => ({
  values: new Map(values),
  constants: new Map(constants),
  nodes: [...nodes],
  inputs: [...inputs],
})

export function freshName(sheet: Sheet, stem: string): string {
  do sheet.count++
  while (sheet.values.has(`${stem}_${sheet.count}`))
  return `${stem}_${sheet.count}`
}

function define({ values }: Sheet, value: Value): Value {
  if (value.name === '' || values.has(value.name)) {
    throw new Failure('bad-input', `cannot name two values of a graph alike: "${value.name}" is taken`)
  }
  values.set(value.name, value)
  return value
}

export function writeInput(sheet: Sheet, value: Value): Value {
  sheet.inputs.push(value.name)
  return define(sheet, value)
}

export function writeTensor(sheet: Sheet, name: string, tensor: OnnxTensor): Value {
  const { type, shape } = tensor
  checkSize(name, tensor)
  const isList = type === 'int64' && shape.length <= 1
  const value = define(sheet, { name, type, shape, ...(isList ? { known: numbersOf(tensor) } : {}) })
  sheet.constants.set(name, tensor)
  return value
}

export function writeSizes(sheet: Sheet, list: readonly number[]): Value {
  const name = `[${list.join(', ')}]`
  const data = bytesOf(BigInt64Array.from(list, BigInt))
  return sheet.values.get(name) ?? writeTensor(sheet, name, { type: 'int64', shape: [list.length], data })
}

const arrays = { float32: Float32Array, float64: Float64Array, int32: Int32Array }

export function writeScalar(sheet: Sheet, value: number, type: ElementType): Value {
  const name = `${value}:${type}`
  const there = sheet.values.get(name)
  if (there) return there
  if (type === 'float32' || type === 'float64' || type === 'int32') {
    return writeTensor(sheet, name, { type, shape: [], data: bytesOf(arrays[type].of(value)) })
  }
  const inputs = [writeScalar(sheet, value, 'float32')]
  return writeNode(sheet, { op: 'Cast', name, inputs, attributes: { to: type } })
}

type Wanted = {
  readonly op: string
  readonly name: string
  readonly inputs: readonly (Value | number | null)[]
  readonly attributes: Attributes
}

export function writeNode(sheet: Sheet, { op, name, inputs, attributes }: Wanted): Value {
  const row = opOf(op)
  const typed = inputs.filter((it) => it !== null && typeof it !== 'number')
  const type = typed.find((it) => it.type !== 'bool')?.type ?? 'float32'
  const given = inputs.map((it) => {
    if (it === null) return absent
    return typeof it === 'number' ? writeScalar(sheet, it, type) : it
  })
  const [x, a] = [inputsOf(op, row, given), withDefaults(op, row, attributes)]
  const known = row.known?.(x)
  const value = define(sheet, {
    name,
    type: row.type?.(x, a) ?? x[0].type,
    shape: row.shape(x, a),
    ...(known ? { known } : {}),
  })
  sheet.nodes.push({ op, inputs: given.map((it) => it.name), output: name, attributes: a })
  return value
}

function checkSize(name: string, { type, shape, data }: OnnxTensor): void {
  const promised = shape.reduce((size, dim) => size * dim, elementTypes[type].bytes)
  if (promised === data.length) return
  throw new Failure(
    'bad-input',
    `cannot build the constant ${name}: ${textOf(shape)} of ${type} takes ${promised} bytes, not ${data.length}`,
  )
}

const numbersOf = ({ data }: OnnxTensor): number[] =>
  // Copied, not sliced: a Buffer's slice is a view that may begin anywhere.
  Array.from(new BigInt64Array(Uint8Array.from(data).buffer), Number)

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
