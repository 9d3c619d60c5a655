// Protocol Buffers on the wire: numbered fields of varints and lengths. Enough for ONNX, both ways.
import { Failure } from '../base/index.ts'

/** Bytes on their way into a message; nesting is free until they are joined once. */
export type Part = Uint8Array | readonly Part[]

/** A field as read: `varint` of a number, `bytes` of everything else (text, messages, fixed widths). */
export type Field = {
  readonly field: number
  readonly varint: number
  readonly bytes: Uint8Array
}

/** Stands in place of a number's bytes; a list without numbers has bytes of its own, zero of them. */
const none = new Uint8Array(0)
const wires = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

export const varintField = (field: number, value: number): Part =>
  Uint8Array.from([...varint(field * 8 + wires.varint), ...varint(value)])

export const floatField = (field: number, value: number): Part => [
  Uint8Array.from(varint(field * 8 + wires.fixed32)),
  new Uint8Array(Float32Array.of(value).buffer),
]

/** Bytes or a nested message. */
export const bytesField = (field: number, content: Part): Part => [
  Uint8Array.from([...varint(field * 8 + wires.bytes), ...varint(sizeOf(content))]),
  content,
]

export const textField = (field: number, text: string): Part =>
  bytesField(field, new TextEncoder().encode(text))

export const packedField = (field: number, values: readonly number[]): Part =>
  bytesField(field, Uint8Array.from(values.flatMap(varint)))

export function joined(part: Part): Uint8Array {
  const whole = new Uint8Array(sizeOf(part))
  let at = 0
  const put = (it: Part): void => {
    if (it instanceof Uint8Array) {
      whole.set(it, at)
      at += it.length
    } else for (const inner of it) put(inner)
  }
  put(part)
  return whole
}

const sizeOf = (part: Part): number =>
  part instanceof Uint8Array ? part.length : part.reduce((sum, inner) => sum + sizeOf(inner), 0)

/** Seven bits a byte, least first; negatives as the 64-bit two's complement, as int64 demands. */
function varint(value: number): number[] {
  const bytes: number[] = []
  if (value < 0) {
    for (let rest = BigInt.asUintN(64, BigInt(value)); ; rest >>= 7n) {
      if (rest < 128n) return [...bytes, Number(rest)]
      bytes.push(Number(rest & 127n) | 128)
    }
  }
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 128)
  }
}

/** The fields of a message in their order; views into the bytes, not copies. */
export function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0
  const number = (): number => {
    const [value, next] = varintAt(message, at)
    at = next
    return value
  }
  const take = (size: number): Uint8Array => {
    if (size < 0 || at + size > message.length) throw torn(`${size} bytes are promised`, message, at)
    at += size
    return message.subarray(at - size, at)
  }
  while (at < message.length) {
    const key = number()
    const field = Math.floor(key / 8)
    const wire = key % 8
    if (wire === wires.varint) yield { field, varint: number(), bytes: none }
    else if (wire === wires.bytes) yield { field, varint: 0, bytes: take(number()) }
    else if (wire === wires.fixed32) yield { field, varint: 0, bytes: take(4) }
    else if (wire === wires.fixed64) yield { field, varint: 0, bytes: take(8) }
    else throw torn(`wire types are 0, 1, 2 and 5, not ${wire}`, message, at)
  }
}

/** The numbers of a repeated field, packed or one by one. */
export function varintsOf({ varint, bytes }: Field): number[] {
  if (bytes === none) return [varint]
  const values: number[] = []
  for (let at = 0; at < bytes.length;) {
    const [value, next] = varintAt(bytes, at)
    values.push(value)
    at = next
  }
  return values
}

/** A signed 64-bit number and where the next begins; past 2⁵³ it loses digits, which nothing here needs. */
function varintAt(message: Uint8Array, from: number): [value: number, next: number] {
  let low = 0
  let scale = 1
  for (let at = from; at < message.length && at < from + 10; at++) {
    const byte = message[at]!
    // The tenth byte is only ever the sign of an int64: read once more with all its digits.
    if (at === from + 9) return [Number(BigInt.asIntN(64, exact(message.subarray(from, at + 1)))), at + 1]
    low += (byte & 127) * scale
    if (byte < 128) return [low, at + 1]
    scale *= 128
  }
  throw torn('a number does not end', message, from)
}

const exact = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 127), 0n)

const torn = (what: string, message: Uint8Array, at: number): Failure =>
  new Failure(
    'corrupt-data',
    `cannot read a protobuf message: ${what} at byte ${at} of ${message.length}: the file is cut short or of another kind`,
  )
