import { Failure } from '../base/index.ts'

/** What NumPy writes before the numbers: C order, little endian. */
export type NpyHeader = {
  readonly kind: NpyKind
  readonly shape: readonly number[]
  /** Where the numbers begin. */
  readonly offset: number
}
export type NpyKind = keyof typeof numberKinds

const numberKinds = {
  float16: { descr: '<f2', sizeBytes: 2 },
  float32: { descr: '<f4', sizeBytes: 4 },
  // Read only: what other programs save of embeddings, and of the numbers of clusters.
  float64: { descr: '<f8', sizeBytes: 8 },
  int32: { descr: '<i4', sizeBytes: 4 },
  int64: { descr: '<i8', sizeBytes: 8 },
} as const
type WrittenKind = 'float16' | 'float32'
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY
const latin = new TextDecoder('latin1')

export function writeNpy(
  kind: WrittenKind,
  shape: readonly number[],
  data: Float32Array,
): Uint8Array<ArrayBuffer> {
  const header = npyHeader(kind, shape)
  const bytes = new Uint8Array(header.length + data.length * numberKinds[kind].sizeBytes)
  bytes.set(header)
  packInto(bytes.subarray(header.length), kind, data)
  return bytes
}

export function readNpy(bytes: Uint8Array): {
  readonly shape: readonly number[]
  readonly data: Float32Array
} {
  const { kind, shape, offset } = parseNpyHeader(bytes)
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1))
  unpackInto(data, kind, bytes.subarray(offset))
  return { shape, data }
}

/** Format 1.0; padded so that the numbers begin at a multiple of 64, as NumPy maps them. */
export function npyHeader(kind: WrittenKind, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const fields = `{'descr': '${numberKinds[kind].descr}', 'fortran_order': False, 'shape': (${tuple}), }`
  const text = fields.padEnd(Math.ceil((10 + fields.length + 1) / 64) * 64 - 11) + '\n'
  const length = text.length
  return Uint8Array.of(...magic, 1, 0, length & 255, length >> 8, ...new TextEncoder().encode(text))
}

/** Of a file in parts the first, with the size of the whole. */
export function parseNpyHeader(bytes: Uint8Array, sizeBytes = bytes.length): NpyHeader {
  if (!magic.every((byte, i) => bytes[i] === byte)) throw unreadable('it does not begin with \\x93NUMPY')
  const isFirst = bytes[6] === 1
  const start = isFirst ? 10 : 12
  const view = new DataView(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, start))
  if (bytes.length < start) throw unreadable(`it ends after ${bytes.length} bytes`)
  const offset = start + (isFirst ? view.getUint16(8, true) : view.getUint32(8, true))
  const text = latin.decode(bytes.subarray(start, offset))
  const kind = kindOf(/'descr': *'([^']*)'/.exec(text)?.[1] ?? '')
  if (/'fortran_order': *True/.test(text)) throw unreadable('it is in Fortran order, not in C order')
  const tuple = /'shape': *\(([^)]*)\)/.exec(text)?.[1]
  if (tuple === undefined) throw unreadable('its header names no shape')
  const shape = tuple
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
  const wanted = offset + shape.reduce((a, b) => a * b, 1) * numberKinds[kind].sizeBytes
  if (sizeBytes !== wanted) {
    throw unreadable(`a shape of (${tuple}) takes ${wanted} bytes, and there are ${sizeBytes}`)
  }
  return { kind, shape, offset }
}

function kindOf(descr: string): NpyKind {
  for (const [kind, row] of Object.entries(numberKinds)) if (row.descr === descr) return kind as NpyKind
  const known = Object.entries(numberKinds)
    .map(([kind, row]) => `${row.descr} (${kind})`)
    .join(', ')
  throw unreadable(`it holds "${descr}"; read are ${known}`)
}

const unreadable = (why: string): Failure => new Failure('corrupt-data', `cannot read the .npy file: ${why}`)

/** Numbers to bytes, little endian; `bytes` may stand at any offset. */
export function packInto(bytes: Uint8Array, kind: WrittenKind, data: Float32Array): void {
  if (kind === 'float32') {
    // Every machine that runs Node is little endian; where one is not, NumPy's own check shows it.
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.length * 4))
    return
  }
  const bits = new Uint32Array(data.buffer, data.byteOffset, data.length)
  for (let i = 0; i < data.length; i++) {
    const half = halfOf(bits[i]!)
    bytes[2 * i] = half
    bytes[2 * i + 1] = half >> 8
  }
}

export function unpackInto(data: Float32Array, kind: NpyKind, bytes: Uint8Array): void {
  if (kind === 'float32') {
    new Uint8Array(data.buffer, data.byteOffset, data.length * 4).set(bytes.subarray(0, data.length * 4))
    return
  }
  if (kind === 'float16') {
    for (let i = 0; i < data.length; i++) data[i] = valueOfHalf[bytes[2 * i]! | (bytes[2 * i + 1]! << 8)]!
    return
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { sizeBytes } = numberKinds[kind]
  for (let i = 0; i < data.length; i++) data[i] = wideNumber[kind](view, i * sizeBytes)
}

const wideNumber = {
  float64: (view: DataView, at: number) => view.getFloat64(at, true),
  int32: (view: DataView, at: number) => view.getInt32(at, true),
  int64: (view: DataView, at: number) => Number(view.getBigInt64(at, true)),
}

/** The bits of a float32 rounded to those of a float16: to the nearest, ties to even, as NumPy does. */
function halfOf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 255) - 112
  const fraction = bits & 0x7fffff
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200)
  if (exponent > 30) return sign | 0x7c00
  if (exponent < -10) return sign
  if (exponent > 0) return sign | rounded((exponent << 23) | fraction, 13)
  return sign | rounded(fraction | 0x800000, 14 - exponent)
}

/** A carry out of the fraction raises the exponent, which is what rounding up means. */
function rounded(bits: number, dropped: number): number {
  const kept = bits >>> dropped
  const rest = bits & ((1 << dropped) - 1)
  const half = 1 << (dropped - 1)
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept
}

// 65,536 values, 256 kB: a look-up reads 33 million numbers (one shard 2,048 wide) in about 50 ms.
const valueOfHalf = Float32Array.from({ length: 65_536 }, (_, half) => {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const fraction = half & 1023
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
})
