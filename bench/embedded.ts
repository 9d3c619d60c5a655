// Embeddings for benchmarks, kept in pieces: a run that was stopped goes on where it was.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readNpy, writeNpy } from '../src/formats/index.ts'
import type { Images } from '../src/images/index.ts'
import { matrix, type Matrix } from '../src/math/index.ts'
import { encoders, type Encoder, type EncoderName, type Runtime } from '../src/runtime/index.ts'
import { folderOf, writeAside } from './data.ts'

export type Pictures = {
  /** Names its files, with the encoder's checksum. */
  readonly name: string
  readonly count: number
  readonly bytes: (index: number) => Promise<Uint8Array>
  /** The pixels themselves, for an encoder whose input has just their size: decoding would give them back. */
  readonly raw?: { readonly side: number; readonly pixels: (index: number) => Uint8Array }
}
type Hands = { readonly runtime: Runtime; readonly images: Images; readonly say: (text: string) => void }

const chunkImages = 128

/** Stored as the store does, in float16. */
export async function embedded(of: Pictures, encoder: EncoderName, hands: Hands): Promise<Matrix> {
  const { width, checksum } = encoders[encoder]
  const whole = matrix(of.count, width)
  for (let from = 0; from < of.count; from += chunkImages) {
    const to = Math.min(of.count, from + chunkImages)
    const file = path.join(
      folderOf('active-learning'),
      `${of.name}-${encoder}-${checksum.replaceAll(/\W/g, '').slice(0, 8)}-${from}.npy`,
    )
    const kept = existsSync(file) ? floatsOf(await readFile(file)) : new Float32Array()
    const size = (to - from) * width
    // The last piece of a smaller draw holds fewer.
    if (kept.length >= size) whole.data.set(kept.subarray(0, size), from * width)
    else {
      const rows = await encoded(of, { from, to, encoder }, hands)
      const bytes = writeNpy('float16', [rows.rows, width], rows.data)
      await writeAside(file, bytes)
      whole.data.set(floatsOf(bytes), from * width)
      hands.say(`${encoder} on ${of.name}: ${to} of ${of.count}`)
    }
  }
  return whole
}

const floatsOf = (npy: Uint8Array): Float32Array => Float32Array.from(readNpy(npy).data)

type Chunk = { readonly from: number; readonly to: number; readonly encoder: EncoderName }

async function encoded(of: Pictures, chunk: Chunk, { runtime, images }: Hands): Promise<Matrix> {
  const encoder = await runtime.encoder(chunk.encoder)
  const whole = matrix(chunk.to - chunk.from, encoder.width)
  for (let at = 0; at < whole.rows; at += encoder.batch) {
    const count = Math.min(encoder.batch, whole.rows - at)
    const pixels = await pixelsOf(of, { from: chunk.from + at, count, as: encoder.input }, images)
    whole.data.set((await encoder.encode(Buffer.concat(pixels), count)).data, at * encoder.width)
  }
  return whole
}

type Batch = { readonly from: number; readonly count: number; readonly as: Encoder['input'] }

async function pixelsOf({ raw, bytes }: Pictures, { from, count, as }: Batch, images: Images) {
  const places = Array.from({ length: count }, (_, i) => from + i)
  if (raw && as.width === raw.side && as.height === raw.side) return places.map((i) => raw.pixels(i))
  const sources = await Promise.all(places.map(async (i) => ({ bytes: await bytes(i) })))
  return (await images.readMany(sources, as)).map((one) => {
    if (one instanceof Error) throw one
    return one.data
  })
}
