// Vectors on their way, beside where the results will lie: an interrupted command goes on where it stopped.
import { mkdir, open, readFile, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'

export type Vectors = {
  /** In the order of the pictures; one without numbers stands for what could not be decoded. */
  readonly rows: Float32Array[]
  add(rows: readonly Float32Array[]): Promise<void>
  close(): Promise<void>
}
type Of = { readonly key: string; readonly width: number }

/** What was kept for another set of pictures, or another encoder, is begun anew. */
export async function openVectors(output: string | undefined, { key, width }: Of): Promise<Vectors> {
  const rows: Float32Array[] = []
  if (output === undefined)
    return { rows, add: async (more) => void rows.push(...more), close: async () => {} }
  const file = vectorsFile(output)
  const head = Buffer.from(`${key} ${width}\n`)
  const kept = await readFile(file).catch(() => Buffer.alloc(0))
  const isSame = kept.subarray(0, head.length).equals(head)
  const rowBytes = 4 * width
  const count = isSame ? Math.floor((kept.length - head.length) / rowBytes) : 0
  for (let i = 0; i < count; i++) {
    const from = head.length + i * rowBytes
    const row = new Float32Array(kept.buffer.slice(kept.byteOffset + from, kept.byteOffset + from + rowBytes))
    rows.push(Number.isNaN(row[0]) ? new Float32Array(0) : row)
  }
  await mkdir(path.dirname(file), { recursive: true })
  const handle: FileHandle = await open(file, isSame ? 'r+' : 'w')
  let at = head.length + count * rowBytes
  if (!isSame) await handle.write(head, 0, head.length, 0)
  return {
    rows,
    async add(more) {
      const whole = new Float32Array(more.length * width).fill(NaN)
      more.forEach((row, i) => whole.set(row, i * width))
      await handle.write(new Uint8Array(whole.buffer), 0, whole.byteLength, at)
      at += whole.byteLength
      rows.push(...more)
    },
    close: () => handle.close(),
  }
}

export const dropVectors = (output: string): Promise<void> => rm(vectorsFile(output), { force: true })

const vectorsFile = (output: string): string => {
  const at = path.resolve(output)
  return path.join(path.dirname(at), `.${path.basename(at)}-vectors`)
}
