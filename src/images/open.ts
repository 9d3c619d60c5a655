import path from 'node:path'
import { Failure } from '../base/index.ts'
import { openPool } from '../processes/index.ts'
import type { Request } from './child.ts'
import type { Limits } from './decode.ts'
import { formatOf } from './formats.ts'
import type { Images, Inspected, Pixels, Taken } from './images.ts'
import { bytesOf, hashOf } from './read.ts'

// The same file, as TypeScript from the sources and as JavaScript once built.
const childFile = path.join(import.meta.dirname, `child${path.extname(import.meta.filename)}`)

const inHandMax = 2 // the next image is there when one is done: no core waits for the channel
const timeoutMs = 30_000 // 50 million pixels take 2 s on a slow core

const late = (): Failure =>
  new Failure('not-an-image', `it was not decoded within ${timeoutMs / 1000} s, the most allowed`)

/** Decodes in child processes; starts them at the first use. */
export function openImages(o: Limits & { readonly children: number }): Images {
  const limits: Limits = { pixelsMax: o.pixelsMax, bytesMax: o.bytesMax }
  const pool = openPool({
    file: childFile,
    name: 'the image decoder',
    processes: Math.max(1, o.children),
    inHandMax,
    crashed: (how) => new Failure('crashed', `it crashed the decoder (${how})`),
    late: { afterMs: timeoutMs, failure: late },
  })
  const ask = (request: Request) => pool.ask(request)

  return {
    async peek(source) {
      const bytes = await bytesOf(source, limits.bytesMax)
      return { hash: hashOf(bytes), format: formatOf(bytes) }
    },
    inspect: async (source) => (await ask({ want: 'look', source, limits })) as Inspected,
    take: async (source, into) => (await ask({ want: 'take', source, into, limits })) as Taken,
    readMany: (sources, as) =>
      Promise.all(
        sources.map((source) =>
          ask({ want: 'pixels', source, as, limits }).then(
            (value) => value as Pixels,
            (error: Error) => error,
          ),
        ),
      ),
    close: () => pool.close(),
  }
}
