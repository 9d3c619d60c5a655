// What SQLite's codes mean to a person.
import { Failure } from '../base/index.ts'

export const writerWaitMs = 30_000

const codes = { busy: 5, readOnly: 8, ioError: 10, corrupt: 11, full: 13, cantOpen: 14, notDatabase: 26 }
const ioErrorWrite = 778 // SQLite's name for a write cut short: a quota or a limit on file sizes
const codeOf = (thrown: unknown): number => (thrown as { errcode?: number } | null)?.errcode ?? 0
export const isBusy = (thrown: unknown): boolean => primaryCode(thrown) === codes.busy
const primaryCode = (thrown: unknown): number => codeOf(thrown) & 255

export function guarded<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    throw failureOf(thrown, file)
  }
}
export async function guardedLater<T>(file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (thrown) {
    throw failureOf(thrown, file)
  }
}

export function failureOf(thrown: unknown, file: string): unknown {
  const code = primaryCode(thrown)
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  const failure = (kind: Failure['kind'], message: string) => new Failure(kind, message, { cause: thrown })
  if (code === codes.full || codeOf(thrown) === ioErrorWrite) {
    return failure('disk-full', `cannot write ${file}: the disk is full; what was saved before is safe`)
  }
  if (code === codes.corrupt || code === codes.notDatabase) {
    return failure('corrupt-data', `cannot read ${file}: it is damaged (${why}); restore it from a backup`)
  }
  if (code === codes.busy) {
    return failure(
      'not-ready',
      `cannot write ${file}: others held it for over ${writerWaitMs / 1000} seconds`,
    )
  }
  if (code === codes.readOnly || code === codes.cantOpen) {
    return failure('not-allowed', `cannot open ${file} for writing: ${why}`)
  }
  return thrown
}
