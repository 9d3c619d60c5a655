// A folder or a file that is whole or not there: written beside its place, then moved.
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type FailureKind } from '../base/index.ts'

type How = { readonly verb: string; readonly now: () => number }

/** Nothing is overwritten; a cancelled or failed `write` leaves nothing that looks whole. */
export async function writtenAside<T>(
  to: string,
  { verb, now }: How,
  write: (aside: string) => Promise<T>,
): Promise<T> {
  const at = path.resolve(to)
  const what = `cannot ${verb} to ${at}`
  await refuseWhatIsThere(at, what)
  const aside = path.join(path.dirname(at), `.${path.basename(at)}-writing-${now()}`)
  try {
    await mkdir(path.dirname(at), { recursive: true })
    const done = await write(aside)
    if (await isThere(at)) await rmdir(at)
    await rename(aside, at)
    return done
  } catch (thrown) {
    throw failureOf(thrown, what)
  } finally {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined)
  }
}

const isThere = (at: string): Promise<boolean> =>
  stat(at).then(
    () => true,
    () => false,
  )

async function refuseWhatIsThere(at: string, what: string): Promise<void> {
  const there = await stat(at).catch(() => undefined)
  if (!there) return
  const entries = there.isDirectory() ? (await readdir(at)).length : undefined
  if (entries === 0) return
  const found = entries === undefined ? 'is a file' : `holds ${entries} entries`
  throw new Failure('already-there', `${what}: nothing is overwritten, and it ${found}`)
}

const faults: Readonly<Record<string, readonly [FailureKind, string]>> = {
  ENOSPC: ['disk-full', 'the disk is full'],
  EACCES: ['not-allowed', 'that folder may not be written'],
  EPERM: ['not-allowed', 'that folder may not be written'],
  EROFS: ['not-allowed', 'that disk can only be read'],
  ENOTDIR: ['bad-input', 'a part of that path is a file, not a folder'],
  EEXIST: ['bad-input', 'a part of that path is a file, not a folder'],
  EXDEV: ['bad-input', 'a hard link stays on its disk; copy instead'],
  ENAMETOOLONG: ['bad-input', 'that name is too long for the disk'],
}

/** What the system says in codes, as a sentence. */
function failureOf(thrown: unknown, what: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const fault = faults[code]
  return fault ? new Failure(fault[0], `${what}: ${fault[1]}`, { cause: thrown }) : thrown
}
