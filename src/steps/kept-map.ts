// Where the images of a project stand on its map, kept until other images or another encoder make it untrue.
import { Failure, type Hash, type Project } from '../base/index.ts'
import type { Store } from '../store/index.ts'

/** Parallel arrays, as base64 of little-endian numbers: a million images are 11 MB rather than 30. */
export type KeptMap = {
  readonly encoder: string
  readonly count: number
  /** Int32 each. */
  readonly ids: string
  /** Two Uint16 each, across and up; the longer side of the map is 65,535. */
  readonly at: string
}

type Of = Pick<Project, 'name' | 'createdAt' | 'encoder'>
const keyOf = ({ name, createdAt }: Of): string => `map of ${name} of ${createdAt}`

export async function keepMap(store: Store, of: Of, kept: KeptMap): Promise<void> {
  const blob = await store.blobs.put(new TextEncoder().encode(JSON.stringify(kept)))
  await store.settings.set(keyOf(of), blob)
}

export async function mapAtHand(store: Store, of: Of): Promise<KeptMap> {
  const blob = await store.settings.get(keyOf(of))
  if (typeof blob === 'string' && (await store.blobs.has(blob as Hash))) {
    const kept = JSON.parse(new TextDecoder().decode(await store.blobs.get(blob as Hash))) as KeptMap
    if (kept.encoder === of.encoder) return kept
  }
  throw new Failure(
    'not-ready',
    `cannot show the map of ${of.name}: none has been drawn yet with the encoder ${of.encoder}; ` +
      `bowerbird map ${of.name} draws it`,
  )
}

export const packed = (numbers: Int32Array | Uint16Array | Uint8Array): string =>
  Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).toString('base64')

export function unpackedInts(text: string): Int32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'))
  return new Int32Array(bytes.buffer)
}
