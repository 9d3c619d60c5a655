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
