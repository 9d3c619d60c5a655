// Strangers' bytes into memory: looked at before they are read, and never more than the limit.
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, statSync, type Stats } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { Failure } from '../base/index.ts'
import type { Hash } from '../base/index.ts'
import type { Source } from './images.ts'

export const hashOf = (bytes: Uint8Array): Hash => createHash('sha256').update(bytes).digest('hex') as Hash

export const grouped = (count: number): string => count.toLocaleString('en-GB')

/** The bytes of a source; fails with the rule that was broken and the value. */
export async function bytesOf(source: Source, bytesMax: number): Promise<Uint8Array> {
  if ('bytes' in source) {
    checkSize(source.bytes.length, bytesMax)
    return source.bytes
  }
  try {
    checkFile(await stat(source.path), bytesMax)
    return await readFile(source.path)
  } catch (error) {
    throw asFailure(error)
  }
}

/** As `bytesOf`, at once, into memory that the next call uses again: for one image after another. */
export function bytesForNow(source: Source, bytesMax: number): Uint8Array {
  if ('bytes' in source) {
    checkSize(source.bytes.length, bytesMax)
    return source.bytes
  }
  try {
    // Before it is opened: a pipe would be waited for.
    checkFile(statSync(source.path), bytesMax)
    return readForNow(source.path, bytesMax)
  } catch (error) {
    throw asFailure(error)
  }
}

// A new buffer for each photograph is 0.8 of 16 ms: pages to be cleared, and a collector that counts them.
let memory = Buffer.allocUnsafeSlow(1 << 20)
const memoryMax = 1 << 24

function readForNow(path: string, bytesMax: number): Uint8Array {
  const handle = openSync(path, 'r')
  try {
    const { size } = fstatSync(handle)
    checkSize(size, bytesMax)
    const into = size <= memory.length ? memory : Buffer.allocUnsafeSlow(size)
    if (size <= memoryMax) memory = into
    let done = 0
    for (let read = -1; read !== 0 && done < size; done += read) {
      read = readSync(handle, into, done, size - done, null)
    }
    return into.subarray(0, done)
  } finally {
    closeSync(handle)
  }
}

function checkFile(file: Stats, bytesMax: number): void {
  if (file.isDirectory()) throw new Failure('not-an-image', 'it is a folder, not an image file')
  if (!file.isFile()) throw new Failure('not-an-image', 'it is a device, pipe or socket, not an image file')
  checkSize(file.size, bytesMax)
}

function checkSize(sizeBytes: number, bytesMax: number): void {
  if (sizeBytes === 0) throw new Failure('not-an-image', 'it is empty: 0 bytes')
  if (sizeBytes > bytesMax) throw new Failure('too-large', sizeFault(sizeBytes, bytesMax))
}

export const sizeFault = (sizeBytes: number, bytesMax: number): string =>
  `it is ${grouped(sizeBytes)} bytes long, and at most ${grouped(bytesMax)} are read`

const reasons: Readonly<Record<string, Failure['kind']>> = {
  ENOENT: 'not-found',
  ENOTDIR: 'not-found',
  EACCES: 'not-allowed',
  EPERM: 'not-allowed',
}

/** What the file system refused, in words; failures pass as they are. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  const code = (error as NodeJS.ErrnoException).code ?? ''
  const kind = reasons[code] ?? 'not-an-image'
  if (kind === 'not-found') return new Failure(kind, 'there is no such file', { cause: error })
  if (kind === 'not-allowed') {
    return new Failure(kind, `it may not be read by this user (${code})`, { cause: error })
  }
  return new Failure(kind, `it cannot be read: ${(error as Error).message}`, { cause: error })
}
