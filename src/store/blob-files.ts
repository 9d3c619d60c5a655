// Files that stand once their bytes are on the disk: written aside, flushed, renamed, their folder flushed.
import { createHash } from 'node:crypto'
import { open, rm, stat } from 'node:fs/promises'
import { Failure, type Hash } from '../base/index.ts'

export const hashOf = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest('hex') as Hash

export async function writeFlushed(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    await handle.writeFile(bytes)
    await handle.datasync()
  } catch (thrown) {
    await handle.close()
    await rm(file, { force: true })
    throw thrown
  }
  await handle.close()
}

/** Flushes what others have written; gives its size. */
export async function flushFile(file: string): Promise<number> {
  const handle = await open(file, 'r+')
  try {
    await handle.datasync()
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

/** Windows opens no folders; there the rename itself is kept. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function sizeOrNone(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined
    throw thrown
  }
}
export const isAbsent = (thrown: unknown): boolean => (thrown as { code?: string }).code === 'ENOENT'

// Four threads serve files in Node; more at once only holds more bytes open.
const atOnce = 8

/** Several at a time; waits for all that began before it fails. */
export async function eachOf<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < all.length) await act(all[next++]!)
  }
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(atOnce, all.length) }, lane))
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason
}

const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])
const refused = new Set(['EACCES', 'EPERM', 'EROFS'])

export function failureOf(thrown: unknown, folder: string): unknown {
  const { code = '' } = thrown as { code?: string }
  const because = { cause: thrown }
  if (full.has(code)) {
    return new Failure(
      'disk-full',
      `cannot write to ${folder}: the disk is full; what was saved before is safe`,
      because,
    )
  }
  if (refused.has(code)) return new Failure('not-allowed', `cannot write to ${folder}: ${code}`, because)
  return thrown
}
