// ONNX model files as plain values. Field numbers are those of onnx.proto3 (IR version 9).
import { Failure, namesOf } from '../base/index.ts'
import {
  bytesField,
  fieldsOf,
  floatField,
  joined,
  packedField,
  textField,
  varintField,
  varintsOf,
  type Field,
  type Part,
} from './protobuf.ts'

/** Types of a tensor's numbers: ONNX's code, bytes each, and how ONNX spells those not in raw bytes. */
export const elementTypes = {
  float32: { code: 1, bytes: 4 },
  uint8: { code: 2, bytes: 1 },
  int8: { code: 3, bytes: 1 },
  int32: { code: 6, bytes: 4 },
  int64: { code: 7, bytes: 8 },
  bool: { code: 9, bytes: 1 },
  float16: { code: 10, bytes: 2 },
  float64: { code: 11, bytes: 8 },
} as const satisfies Record<string, { readonly code: number; readonly bytes: number }>
export type ElementType = keyof typeof elementTypes

/** A dimension: a size, or the name of one that is known only when the model runs. */
export type Dim = number | string
/** Numbers of any type as bytes, least significant first. */
export type OnnxTensor = {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Uint8Array
}
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly text: string }
  | { readonly tensor: OnnxTensor }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
export type OnnxNode = {
  readonly op: string
  readonly domain: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, OnnxAttribute>>
}
export type OnnxValue = { readonly name: string; readonly type: ElementType; readonly shape: readonly Dim[] }
export type OnnxModel = {
  readonly opset: number
  readonly name: string
  readonly inputs: readonly OnnxValue[]
  readonly outputs: readonly OnnxValue[]
  readonly constants: ReadonlyMap<string, OnnxTensor>
  readonly nodes: readonly OnnxNode[]
  /** Free text beside the model: who made it, of what. */
  readonly notes: Readonly<Record<string, string>>
}

const irVersion = 9

export function writeOnnx(model: OnnxModel): Uint8Array {
  const graph: Part = [
    model.nodes.map((node) => bytesField(1, nodePart(node))),
    textField(2, model.name),
    [...model.constants].map(([name, tensor]) => bytesField(5, [tensorPart(tensor), textField(8, name)])),
    model.inputs.map((value) => bytesField(11, valuePart(value))),
    model.outputs.map((value) => bytesField(12, valuePart(value))),
  ]
  const notes = Object.entries(model.notes).map(([key, text]) =>
    bytesField(14, [textField(1, key), textField(2, text)]),
  )
  const domains = new Map(model.nodes.filter((n) => n.domain !== '').map((n) => [n.domain, 1]))
  const opsets = [...new Map([['', model.opset], ...domains])].map(([domain, version]) =>
    bytesField(8, [textField(1, domain), varintField(2, version)]),
  )
  return joined([varintField(1, irVersion), textField(2, 'bowerbird'), bytesField(7, graph), opsets, notes])
}

const nodePart = (node: OnnxNode): Part => [
  node.inputs.map((name) => textField(1, name)),
  node.outputs.map((name) => textField(2, name)),
  textField(4, node.op),
  Object.entries(node.attributes).map(([name, it]) => bytesField(5, [textField(1, name), attributePart(it)])),
  node.domain === '' ? [] : textField(7, node.domain),
]

/** The value, and in field 20 the number of its kind. */
function attributePart(it: OnnxAttribute): Part {
  if ('float' in it) return [floatField(2, it.float), varintField(20, 1)]
  if ('int' in it) return [varintField(3, it.int), varintField(20, 2)]
  if ('text' in it) return [textField(4, it.text), varintField(20, 3)]
  if ('tensor' in it) return [bytesField(5, tensorPart(it.tensor)), varintField(20, 4)]
  if ('floats' in it) {
    return [bytesField(7, new Uint8Array(Float32Array.from(it.floats).buffer)), varintField(20, 6)]
  }
  return [packedField(8, it.ints), varintField(20, 7)]
}

const tensorPart = ({ type, shape, data }: OnnxTensor): Part => [
  packedField(1, shape),
  varintField(2, elementTypes[type].code),
  bytesField(9, data),
]

function valuePart({ name, type, shape }: OnnxValue): Part {
  const dims = shape.map((dim) =>
    bytesField(1, typeof dim === 'number' ? varintField(1, dim) : textField(2, dim)),
  )
  const tensor = [varintField(1, elementTypes[type].code), bytesField(2, dims)]
  return [textField(1, name), bytesField(2, bytesField(1, tensor))]
}

export function readOnnx(file: Uint8Array): OnnxModel {
  let opset = 0
  let graph: Uint8Array | undefined
  const notes: Record<string, string> = {}
  for (const { field, bytes } of fieldsOf(file)) {
    if (field === 7) graph = bytes
    if (field === 8 && textOf(bytes, 1) === '') opset = numberOf(bytes, 2)
    if (field === 14) notes[textOf(bytes, 1)] = textOf(bytes, 2)
  }
  if (!graph) throw new Failure('corrupt-data', 'cannot read an ONNX model: it has no graph')
  const parts = [...fieldsOf(graph)]
  const all = (field: number): Uint8Array[] => parts.filter((p) => p.field === field).map((p) => p.bytes)
  const constants = new Map(all(5).map((bytes) => [textOf(bytes, 8), readTensor(bytes)]))
  return {
    opset,
    name: textOf(graph, 2),
    // Files below IR version 4 list their constants among the inputs.
    inputs: all(11)
      .map(readValue)
      .filter((value) => !constants.has(value.name)),
    outputs: all(12).map(readValue),
    constants,
    nodes: all(1).map(readNode),
    notes,
  }
}

function readNode(bytes: Uint8Array): OnnxNode {
  const parts = [...fieldsOf(bytes)]
  const texts = (field: number): string[] => parts.filter((p) => p.field === field).map((p) => text(p.bytes))
  const attributes = parts
    .filter((p) => p.field === 5)
    .map((p) => [textOf(p.bytes, 1), readAttribute(p.bytes)] as const)
  return {
    op: texts(4)[0] ?? '',
    domain: texts(7)[0] ?? '',
    inputs: texts(1),
    outputs: texts(2),
    attributes: Object.fromEntries(attributes),
  }
}

function readAttribute(bytes: Uint8Array): OnnxAttribute {
  const parts = [...fieldsOf(bytes)]
  const last = (field: number): Field | undefined => parts.findLast((p) => p.field === field)
  const all = (field: number): Field[] => parts.filter((p) => p.field === field)
  const kind = last(20)?.varint ?? 0
  if (kind === 1) return { float: floatsOf(last(2)?.bytes ?? new Uint8Array(4))[0]! }
  if (kind === 2) return { int: last(3)?.varint ?? 0 }
  if (kind === 3) return { text: text(last(4)?.bytes ?? new Uint8Array(0)) }
  if (kind === 4) return { tensor: readTensor(last(5)?.bytes ?? new Uint8Array(0)) }
  if (kind === 6) return { floats: all(7).flatMap((p) => [...floatsOf(p.bytes)]) }
  if (kind === 7) return { ints: all(8).flatMap(varintsOf) }
  throw new Failure(
    'bad-input',
    `cannot read the attribute ${textOf(bytes, 1)} of an ONNX model: kinds 1 to 4, 6 and 7 are known, not ${kind}`,
  )
}

function readValue(bytes: Uint8Array): OnnxValue {
  const tensor = within(within(bytes, 2), 1)
  const shape = [...fieldsOf(within(tensor, 2))].map(({ bytes: dim }, axis): Dim => {
    const [it] = [...fieldsOf(dim)]
    if (it?.field === 1) return it.varint
    return it?.field === 2 ? text(it.bytes) : `${textOf(bytes, 1)}.${axis}`
  })
  return { name: textOf(bytes, 1), type: typeOf(numberOf(tensor, 1)), shape }
}

function readTensor(bytes: Uint8Array): OnnxTensor {
  const parts = [...fieldsOf(bytes)]
  const name = textOf(bytes, 8)
  if (parts.some((p) => p.field === 13 || (p.field === 14 && p.varint !== 0))) {
    throw new Failure('bad-input', `cannot read the tensor ${name}: its numbers lie in another file`)
  }
  const type = typeOf(numberOf(bytes, 2))
  const shape = parts.filter((p) => p.field === 1).flatMap(varintsOf)
  const data = parts.findLast((p) => p.field === 9)?.bytes ?? spelledOut(parts, type)
  const promised = shape.reduce((size, dim) => size * dim, elementTypes[type].bytes)
  if (data.length !== promised) {
    throw new Failure(
      'corrupt-data',
      `cannot read the tensor ${name}: [${shape.join(', ')}] of ${type} takes ${promised} bytes, and ${data.length} are there`,
    )
  }
  return { type, shape, data }
}

/** Numbers in a typed field (4 floats, 5 int32 and smaller, 7 int64, 10 doubles), not as raw bytes. */
function spelledOut(parts: readonly Field[], type: ElementType): Uint8Array {
  const of = (field: number): Field[] => parts.filter((p) => p.field === field)
  if (type === 'float32') return joined(of(4).map((p) => p.bytes))
  if (type === 'float64') return joined(of(10).map((p) => p.bytes))
  if (type === 'int64') return bytesOf(BigInt64Array.from(of(7).flatMap(varintsOf), BigInt))
  const numbers = of(5).flatMap(varintsOf)
  if (type === 'int32') return bytesOf(Int32Array.from(numbers))
  return type === 'float16' ? bytesOf(Uint16Array.from(numbers)) : Uint8Array.from(numbers)
}

export const bytesOf = (numbers: ArrayBufferView): Uint8Array =>
  new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)

/** The numbers of a float32 tensor, copied to stand aligned (the `slice` of a Buffer is no copy). */
export const floatsOf = (data: Uint8Array): Float32Array => new Float32Array(Uint8Array.from(data).buffer)

function typeOf(code: number): ElementType {
  const type = namesOf(elementTypes).find((name) => elementTypes[name].code === code)
  if (type) return type
  const known = namesOf(elementTypes).join(', ')
  throw new Failure('bad-input', `cannot read an ONNX model: its types may be ${known}, not number ${code}`)
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const lastOf = (bytes: Uint8Array, field: number): Field | undefined => {
  let last: Field | undefined
  for (const it of fieldsOf(bytes)) if (it.field === field) last = it
  return last
}
const within = (bytes: Uint8Array, field: number): Uint8Array =>
  lastOf(bytes, field)?.bytes ?? new Uint8Array(0)
const textOf = (bytes: Uint8Array, field: number): string => text(within(bytes, field))
const numberOf = (bytes: Uint8Array, field: number): number => lastOf(bytes, field)?.varint ?? 0
