// Converted encoders, kept between runs. A file counts only together with the checksum written after it.
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const checksumFile = (file: string) => `${file}.sha256`

/** Whether a file and its checksum are there; that they agree is seen when it is read. */
export async function isKept(file: string): Promise<boolean> {
  const both = [file, checksumFile(file)].map((name) =>
    stat(name).then(
      () => true,
      () => false,
    ),
  )
  return (await Promise.all(both)).every(Boolean)
}

/** The bytes, or nothing where the file is absent or was cut short: then it is removed, to be made again. */
export async function recall(file: string): Promise<Uint8Array | undefined> {
  if (!(await isKept(file))) return undefined
  const [bytes, checksum] = await Promise.all([readFile(file), readFile(checksumFile(file), 'utf8')])
  if (sha256(bytes) === checksum.trim()) return bytes
  await Promise.all([rm(file, { force: true }), rm(checksumFile(file), { force: true })])
  return undefined
}

/** Written aside, flushed, renamed; the checksum last, so that a crash leaves nothing that counts. */
export async function keep(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  try {
    await writeAside(file, bytes)
    await writeAside(checksumFile(file), Buffer.from(`${sha256(bytes)}\n`))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
    throw new Failure(
      'disk-full',
      `cannot keep ${file}: it takes ${Math.round(bytes.length / 1e6)} MB and the disk is full`,
      { cause: error },
    )
  }
}

async function writeAside(file: string, bytes: Uint8Array): Promise<void> {
  const aside = `${file}.${randomUUID()}.part`
  try {
    const handle = await open(aside, 'wx')
    try {
      await handle.writeFile(bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(aside, file)
  } catch (error) {
    await rm(aside, { force: true })
    throw error
  }
}

const pollMs = 300
const beatMs = 2000
/** A lock that has not beaten for so long was left behind, even where its owner's number lives again. */
const quietMsMax = 20_000

/** One process at a time: the others wait, and are told each time they look; `wait` may throw to give up. */
export async function alone<T>(lock: string, wait: () => void, task: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(lock), { recursive: true })
  let seen = ''
  let quietMs = 0
  while (!(await isTaken(lock))) {
    const beat = await readFile(lock, 'utf8').catch(() => '')
    quietMs = beat === seen ? quietMs + pollMs : 0
    seen = beat
    if (quietMs > quietMsMax || isOwnerGone(beat)) await rm(lock, { force: true })
    wait()
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
  let beats = 0
  // A beat that cannot be written only makes a waiter believe that we died; the task itself tells why.
  const beating = setInterval(() => writeFile(lock, beatOf(++beats)).catch(() => undefined), beatMs)
  try {
    return await task()
  } finally {
    clearInterval(beating)
    await rm(lock, { force: true })
  }
}

const beatOf = (beats: number) => `${process.pid} ${beats}`

async function isTaken(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, beatOf(0), { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Signal 0 asks whether a process is there. */
function isOwnerGone(beat: string): boolean {
  const owner = Number(beat.split(' ')[0])
  if (!Number.isInteger(owner) || owner <= 0) return false
  try {
    process.kill(owner, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}
