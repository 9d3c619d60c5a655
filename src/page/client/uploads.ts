// Thousands of files, in chunks, several at a time; what was cut off goes on from the byte the server has.
import { json, Refusal, send } from './client.ts'
import type { Job } from './types.ts'

export type Upload = { readonly name: string; readonly file: File }
export type Sent = { readonly files: number; readonly bytes: number }

const chunkBytes = 8 * 1024 * 1024 // the server takes no more in one request
const atOnce = 4
const triesMax = 6

export async function uploadAll(
  project: string,
  uploads: readonly Upload[],
  how: {
    readonly labels: 'none' | 'folders'
    readonly signal: AbortSignal
    readonly onSent: (sent: Sent) => void
  },
): Promise<Job> {
  const files = uploads.map(({ name, file }) => ({ name, size: file.size }))
  const { upload } = (await send('/v1/uploads', json({ project, files }))) as { upload: string }
  const sent = { files: 0, bytes: 0 }
  let next = 0
  const worker = async () => {
    while (next < uploads.length) {
      const index = next++
      await uploadOne(`/v1/uploads/${upload}/${index}`, uploads[index]!.file, how.signal, (bytes) => {
        sent.bytes += bytes
        how.onSent({ ...sent })
      })
      sent.files++
      how.onSent({ ...sent })
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  const done = await send(`/v1/uploads/${upload}/finish`, json({ labels: how.labels }))
  return (done as { job: Job }).job
}

async function uploadOne(
  path: string,
  file: File,
  signal: AbortSignal,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let offset = 0
  let failures = 0
  do {
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
  } while (offset < file.size)
}

/** On a conflict the server names the byte it wants next. */
function offsetAfter(thrown: unknown, offset: number): number {
  if (!(thrown instanceof Refusal)) throw thrown
  if (thrown.kind === 'offline' || thrown.kind === 'crashed') return offset
  const wanted = /offset (\d+)/.exec(thrown.message)?.[1]
  if (wanted === undefined) throw thrown
  return Number(wanted)
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
