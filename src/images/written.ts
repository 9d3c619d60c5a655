import { closeSync, fstatSync, openSync, writevSync } from 'node:fs'
import { Failure, type Written } from '../base/index.ts'
import { hashOf } from './read.ts'

/** At the end of a file of this process's own; a part left by one that died before lies in front, unnamed. */
export function appended(into: string, parts: readonly Uint8Array[]): readonly Written[] {
  const file = `${into}-${process.pid}`
  const start = guarded(file, () => append(file, parts))
  return parts.map((bytes, i) => {
    const before = parts.slice(0, i).reduce((sum, part) => sum + part.length, 0)
    return { hash: hashOf(bytes), file, offset: start + before, sizeBytes: bytes.length }
  })
}

function append(file: string, parts: readonly Uint8Array[]): number {
  const handle = openSync(file, 'a')
  try {
    const start = fstatSync(handle).size
    const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0)
    const done = writevSync(handle, parts)
    if (done < sizeBytes) throw Object.assign(new Error('cut short'), { code: 'ENOSPC' })
    return start
  } finally {
    closeSync(handle)
  }
}

const full = ['ENOSPC', 'EDQUOT', 'EFBIG']

function guarded<T>(file: string, act: () => T): T {
  try {
    return act()
  } catch (thrown) {
    const { code = '' } = thrown as { code?: string }
    if (!full.includes(code))
      throw new Failure('not-ready', `cannot write ${file}: ${code}`, { cause: thrown })
    const safe = 'the disk is full; what was saved before is safe'
    throw new Failure('disk-full', `cannot write ${file}: ${safe}`, { cause: thrown })
  }
}
