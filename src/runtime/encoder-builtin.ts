import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { readNpy } from '../formats/index.ts'
import { toOnnx } from '../graph/index.ts'
import { builtinGraph, builtinWeightsOf } from '../nets/index.ts'

/** `scripts/make-builtin.ts` prints it. */
export const builtinChecksum = '238a6b6e35e936bd7d1df9791ad8d007fda5cc369c4c568d26e01ed537674590'
// Two folders up from the sources and from the built program alike.
export const builtinFile = path.join(import.meta.dirname, '..', '..', 'assets', 'builtin.npy')

/** Built from 64 kB of weights each time: that takes milliseconds, so nothing is kept. */
export async function builtinModel(): Promise<Uint8Array> {
  const bytes = await readFile(builtinFile)
  const checksum = createHash('sha256').update(bytes).digest('hex')
  if (checksum !== builtinChecksum) {
    throw new Failure(
      'corrupt-data',
      `cannot use the encoder builtin: ${builtinFile} must have the checksum ${builtinChecksum}, not ${checksum}`,
    )
  }
  return toOnnx(builtinGraph(builtinWeightsOf(readNpy(bytes).data)))
}
