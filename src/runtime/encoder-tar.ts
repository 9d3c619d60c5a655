import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'

/** The files of a tarball whose names the caller wants, by name without npm's `package/`. */
export async function filesOfTarball(
  file: string,
  wants: (name: string) => boolean,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>()
  const entries = extract()
  entries.on('entry', (header, stream, next) => {
    const name = header.name.replace(/^package\//, '')
    const chunks: Buffer[] = []
    const keep = header.type === 'file' && wants(name)
    stream.on('data', (chunk) => {
      if (keep && Buffer.isBuffer(chunk)) chunks.push(chunk)
    })
    stream.on('error', next)
    stream.on('end', () => {
      if (keep) files.set(name, Buffer.concat(chunks))
      next()
    })
  })
  await pipeline(createReadStream(file), createGunzip(), entries)
  return files
}

/** One file of a tarball, piece by piece: for those too large to hold. Nothing comes where it is absent. */
export async function* fileOfTarball(file: string, wanted: string): AsyncGenerator<Uint8Array> {
  const entries = extract()
  const unpacked = pipeline(createReadStream(file), createGunzip(), entries)
  // The loop throws the same error; unheard here it would end the process.
  unpacked.catch(() => undefined)
  for await (const entry of entries) {
    if (entry.header.name.replace(/^package\//, '') !== wanted) entry.resume()
    else for await (const bytes of entry) yield bytes as Uint8Array
  }
  await unpacked
}
