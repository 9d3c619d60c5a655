// Embeddings for benchmarks, kept in pieces: a run that was stopped goes on where it was.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readNpy, writeNpy } from '../src/formats/index.ts'
import type { Images } from '../src/images/index.ts'
import { matrix, type Matrix } from '../src/math/index.ts'
import { encoders, type EncoderName, type Runtime } from '../src/runtime/index.ts'
import { folderOf, writeAside } from './data.ts'

export type Pictures = {
  /** Names its files, with the encoder's checksum. */
  readonly name: string
  readonly count: number
  readonly bytes: (index: number) => Promise<Uint8Array>
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
    if (!existsSync(file)) {
      const rows = await encoded(of, { from, to, encoder }, hands)
      await writeAside(file, writeNpy('float16', [rows.rows, width], rows.data))
      hands.say(`${encoder} on ${of.name}: ${to} of ${of.count}`)
    }
    whole.data.set(readNpy(await readFile(file)).data, from * width)
  }
  return whole
}

type Chunk = { readonly from: number; readonly to: number; readonly encoder: EncoderName }

async function encoded(of: Pictures, chunk: Chunk, { runtime, images }: Hands): Promise<Matrix> {
  const encoder = await runtime.encoder(chunk.encoder)
  const sources = await Promise.all(
    Array.from({ length: chunk.to - chunk.from }, async (_, i) => ({
      bytes: await of.bytes(chunk.from + i),
    })),
  )
  const rows = matrix(sources.length, encoder.width)
  for (let from = 0; from < sources.length; from += encoder.batch) {
    const read = await images.readMany(sources.slice(from, from + encoder.batch), encoder.input)
    const pixels = read.map((one) => {
      if (one instanceof Error) throw one
      return one.data
    })
    rows.data.set((await encoder.encode(Buffer.concat(pixels), pixels.length)).data, from * encoder.width)
  }
  return rows
}
