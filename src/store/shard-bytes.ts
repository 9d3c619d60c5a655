// A shard of embeddings as bytes (`.npy`, float16) and back, with a turn for others in between.
import { setImmediate as soon } from 'node:timers/promises'
import type { Hash } from '../base/index.ts'
import { npyHeader, packInto, parseNpyHeader, unpackInto } from '../formats/index.ts'
import { matrix, type Matrix } from '../math/index.ts'
import type { Blobs } from './store.ts'

export const imagesPerShard = 16_384 // 16 MB at 512 numbers of two bytes; the unit of all whole-pool work
// So many numbers are packed or unpacked in about 10 ms.
const numbersAtOnce = 4_000_000

export async function bytesOf(rows: Matrix): Promise<Uint8Array> {
  const header = npyHeader('float16', [rows.rows, rows.columns])
  const bytes = new Uint8Array(header.length + 2 * rows.data.length)
  bytes.set(header)
  for (let i = 0; i < rows.data.length; i += numbersAtOnce) {
    if (i > 0) await soon()
    packInto(bytes.subarray(header.length + 2 * i), 'float16', rows.data.subarray(i, i + numbersAtOnce))
  }
  return bytes
}

export async function readShard(blobs: Blobs, blob: Hash): Promise<Matrix> {
  const bytes = await blobs.get(blob)
  const { kind, shape, offset } = parseNpyHeader(bytes)
  const rows = matrix(shape[0]!, shape[1]!)
  const sizeBytes = kind === 'float16' ? 2 : 4
  for (let i = 0; i < rows.data.length; i += numbersAtOnce) {
    if (i > 0) await soon()
    unpackInto(rows.data.subarray(i, i + numbersAtOnce), kind, bytes.subarray(offset + sizeBytes * i))
  }
  return rows
}
