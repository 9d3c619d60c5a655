import { Failure } from '../base/index.ts'
import type { Source } from './images.ts'

/** A file that may be an image, or a thing that cannot be one, with the reason. */
export type Found =
  | {
      readonly name: string
      readonly source: Source
      readonly label: string | null
      readonly group: string | null
    }
  | { readonly name: string; readonly reason: string }

export type Place = { readonly at: string; readonly signal: AbortSignal; readonly bytesMax: number }

export function unreadable(from: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
  return isMissing
    ? new Failure('not-found', `cannot add from "${from}": there is no such file or folder`, { cause: error })
    : new Failure('not-allowed', `cannot add from "${from}": it cannot be read (${code})`, { cause: error })
}
