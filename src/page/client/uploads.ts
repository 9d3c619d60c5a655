// Thousands of files, in chunks, several at a time; what was cut off goes on from the byte the server has.
import { json, Refusal, send } from './client.ts'
import type { Job } from './types.ts'

export type Upload = { readonly name: string; readonly file: File }
export type Sent = { readonly files: number; readonly bytes: number }

const chunkBytes = 8 * 1024 * 1024 // the server takes no more in one request
const filesAtOnce = 10_000 // one list of files; the first are being added while the next are sent
const atOnce = 4
const triesMax = 6

type How = {
  readonly labels: 'none' | 'folders'
  readonly signal: AbortSignal
  readonly onSent: (sent: Sent) => void
}

/** Any number of files; given the same files again, it goes on where it was cut off. */
export async function uploadAll(
  project: string,
  uploads: readonly Upload[],
  how: How,
): Promise<readonly Job[]> {
  const sent = { files: 0, bytes: 0 }
  const jobs: Job[] = []
  for (let from = 0; from < uploads.length; from += filesAtOnce) {
    jobs.push(await uploadSome(project, uploads.slice(from, from + filesAtOnce), { ...how, sent }))
  }
  return jobs
}

async function uploadSome(
  project: string,
  uploads: readonly Upload[],
  { labels, signal, onSent, sent }: How & { readonly sent: { files: number; bytes: number } },
): Promise<Job> {
  const files = uploads.map(({ name, file }) => ({ name, size: file.size, modified: file.lastModified }))
  const begun = await send('/v1/uploads', { ...json({ project, files }), signal })
  const { upload, have } = begun as { upload: string; have: readonly number[] }
  let next = 0
  const worker = async () => {
    while (next < uploads.length && !signal.aborted) {
      const index = next++
      const path = `/v1/uploads/${upload}/${index}`
      await uploadOne(path, { file: uploads[index]!.file, from: have[index] ?? 0, signal }, (bytes) => {
        sent.bytes += bytes
        onSent({ ...sent })
      })
      sent.files++
      onSent({ ...sent })
    }
  }
  try {
    await Promise.all(Array.from({ length: atOnce }, worker))
    signal.throwIfAborted()
  } catch (thrown) {
    if (signal.aborted) await send(`/v1/uploads/${upload}`, { method: 'DELETE' }).catch(() => undefined)
    throw thrown
  }
  return ((await send(`/v1/uploads/${upload}/finish`, json({ labels }))) as { job: Job }).job
}

async function uploadOne(
  path: string,
  { file, from, signal }: { readonly file: File; readonly from: number; readonly signal: AbortSignal },
  onBytes: (bytes: number) => void,
): Promise<void> {
  let offset = from
  let failures = 0
  onBytes(from)
  while (offset < file.size) {
    const chunk = file.slice(offset, offset + chunkBytes)
    try {
      await send(`${path}?offset=${offset}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: chunk,
        signal,
      })
      offset += chunk.size
      failures = 0
      onBytes(chunk.size)
    } catch (thrown) {
      offset = offsetAfter(thrown, offset)
      if (signal.aborted || ++failures >= triesMax) throw thrown
      await new Promise((done) => setTimeout(done, 200 * 2 ** failures))
    }
  }
}

/** After a cut line the same byte again; on a conflict the one that the server names. */
function offsetAfter(thrown: unknown, offset: number): number {
  if (!(thrown instanceof Refusal)) throw thrown
  if (thrown.kind === 'offline') return offset
  const wanted = (thrown.body as { offset?: unknown } | null)?.offset
  if (typeof wanted !== 'number') throw thrown
  return wanted
}

const isPicture = /\.(jpe?g|png|webp)$/i

/** All files below what was dropped, named by their path. */
export async function filesOf(items: DataTransferItemList): Promise<readonly Upload[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  const all: Upload[] = []
  for (const entry of entries) await gather(entry, all)
  return all
}
/** Files as an input with `webkitdirectory` gives them. */
export const filesIn = (list: FileList): readonly Upload[] =>
  [...list].map((file) => ({ name: file.webkitRelativePath || file.name, file }))

/** Pictures among them; whatever else a folder holds (.DS_Store, notes) is left behind. */
export const picturesOf = (uploads: readonly Upload[]): readonly Upload[] =>
  uploads.filter(({ name }) => isPicture.test(name))

async function gather(entry: FileSystemEntry, into: Upload[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail))
    into.push({ name: entry.fullPath.replace(/^\//, ''), file })
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  // A reader gives at most 100 entries at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail))
    if (some.length === 0) return
    for (const one of some) await gather(one, into)
  }
}
