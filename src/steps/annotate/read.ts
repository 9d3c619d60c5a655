// Files that other programs wrote for `annotate`: matrices, numbers and names, a row an image.
import { open, readFile } from 'node:fs/promises'
import { Failure } from '../../base/index.ts'
import { parseNpyHeader, readCsv, unpackInto } from '../../formats/index.ts'
import { matrix, type Matrix } from '../../math/index.ts'

const refuse = (file: string, why: string, cause?: unknown): Failure =>
  new Failure('bad-input', `cannot annotate: ${file} ${why}`, { cause })

const headBytes = 65_536
/** 64 MB of float64 at once: a file of 4 GB is read without a second copy of it in memory. */
const numbersAtOnce = 2 ** 23

/** A `.npy` file of two axes, by ranges; of one axis, a column. */
export async function readMatrix(file: string): Promise<Matrix> {
  const handle = await open(file).catch((cause: unknown) => {
    throw refuse(file, 'cannot be opened', cause)
  })
  try {
    const { size } = await handle.stat()
    const head = Buffer.alloc(Math.min(headBytes, size))
    await handle.read(head, 0, head.length, 0)
    const { kind, shape, offset } = headerOf(file, head, size)
    if (shape.length < 1 || shape.length > 2)
      throw refuse(file, `must have one row an image, so two axes, and its shape is (${shape.join(', ')})`)
    const [rows, columns] = [shape[0]!, shape[1] ?? 1]
    const whole = matrix(rows, columns)
    const sizeBytes = whole.data.length === 0 ? 0 : (size - offset) / whole.data.length
    for (let from = 0; from < whole.data.length; from += numbersAtOnce) {
      const part = whole.data.subarray(from, from + numbersAtOnce)
      const bytes = Buffer.alloc(part.length * sizeBytes)
      await handle.read(bytes, 0, bytes.length, offset + from * sizeBytes)
      unpackInto(part, kind, bytes)
    }
    return whole
  } finally {
    await handle.close()
  }
}

function headerOf(file: string, head: Uint8Array, size: number): ReturnType<typeof parseNpyHeader> {
  try {
    return parseNpyHeader(head, size)
  } catch (cause) {
    throw refuse(file, `is not as it should be: ${(cause as Error).message}`, cause)
  }
}

/** A name a line; a last empty line is none. */
export async function readLines(file: string): Promise<readonly string[]> {
  const text = await readText(file)
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

const readText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse(file, 'cannot be opened', cause)
  })

/** Of each image the number of its cluster: `.npy`, or a number a line; −1 is noise. */
export async function readClusters(file: string): Promise<Int32Array> {
  const numbers = file.endsWith('.npy')
    ? [...(await readMatrix(file)).data]
    : (await readLines(file)).map(Number)
  const bad = numbers.findIndex((n) => !Number.isInteger(n))
  if (bad >= 0) throw refuse(file, `must hold a whole number an image, and at row ${bad} it does not`)
  return Int32Array.from(numbers)
}

export type Answered = { readonly path: string; readonly label: string; readonly proposal: string }

/** A list of `path` and `label`; rows whose label is left empty are no answers. */
export async function readAnswers(file: string): Promise<readonly Answered[]> {
  const [head = [], ...rows] = readCsv(await readText(file))
  const [path, label, proposal] = ['path', 'label', 'proposal'].map((name) => head.indexOf(name))
  if (path! < 0 || label! < 0)
    throw refuse(file, `must have the columns path and label, and it has ${head.join(', ') || 'none'}`)
  return rows.map((row) => ({
    path: row[path!] ?? '',
    label: (row[label!] ?? '').trim(),
    proposal: row[proposal!] ?? '',
  }))
}
