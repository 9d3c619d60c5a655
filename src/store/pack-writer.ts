import { writeFile } from 'node:fs/promises'
import type { Hash } from '../base/index.ts'
import { failureOf } from './blob-files.ts'
import type { OpenBlobs } from './blobs.ts'
import type { Sealed } from './packs.ts'

type Part = { readonly hash: Hash; readonly bytes: Uint8Array }
const packBytes = 16_000_000

/** Gathers bytes at hand until they are worth a flush, then has them named. */
export function openPackWriter(
  { packs, folder }: OpenBlobs,
  named: (sealed: readonly Sealed[]) => Promise<unknown>,
) {
  let parts: Part[] = []
  let sizeBytes = 0
  const flush = async () => {
    const [ready, file] = [parts, packs.into()]
    ;[parts, sizeBytes] = [[], 0]
    if (ready.length === 0) return
    let offset = 0
    const written = ready.map(({ hash, bytes }) => {
      offset += bytes.length
      return { hash, file, offset: offset - bytes.length, sizeBytes: bytes.length }
    })
    const all = ready.map(({ bytes }) => bytes)
    await writeFile(file, all).catch((thrown: unknown) => {
      throw failureOf(thrown, folder)
    })
    await named(await packs.seal(written))
  }
  return {
    flush,
    async add(part: Part): Promise<void> {
      parts.push(part)
      sizeBytes += part.bytes.length
      if (sizeBytes >= packBytes) await flush()
    },
  }
}
