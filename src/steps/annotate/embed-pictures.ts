// Pictures of a folder to vectors, without a project: what was done is found again after an interruption.
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { Failure, inOrder, sentenceOf, timeLeft } from '../../base/index.ts'
import { found } from '../../images/index.ts'
import { matrix, rowOf, type Matrix } from '../../math/index.ts'
import type { Encoder } from '../../runtime/index.ts'
import type { World } from '../world.ts'
import { openVectors } from './vectors.ts'

export type Picture = { readonly name: string; readonly at: string; readonly group: string | null }
type Unread = { readonly name: string; readonly reason: string }
type How = {
  readonly encoder: string
  /** Vectors are kept beside this, until all are there. */
  readonly aside: string | undefined
}
export type Embedded = {
  readonly images: Matrix
  readonly pictures: readonly Picture[]
  readonly unread: readonly Unread[]
}

export async function embedPictures(from: string, how: How, world: World): Promise<Embedded> {
  const { signal, progress, configuration } = world
  progress({ done: 0, total: null, sentence: `looking for pictures in ${from}` })
  const { pictures, unread } = await picturesIn(from, world)
  const encoder = await world.runtime.encoder(how.encoder, (its) => {
    signal.throwIfAborted()
    progress(its)
  })
  const key = await keyOf(pictures, how.encoder, configuration.imagePixelsMax)
  const reasons = new Map<Picture, string>()
  const kept = await openVectors(how.aside, { key, width: encoder.width })
  try {
    await embedFrom(kept.rows.length, { pictures, encoder, reasons, keep: kept.add }, world)
  } finally {
    await kept.close()
  }
  // A picture that could not be decoded has no vector.
  const isThere = pictures.map((_, i) => kept.rows[i]!.length > 0)
  const rows = kept.rows.filter(({ length }) => length > 0)
  const images = matrix(rows.length, encoder.width)
  rows.forEach((row, i) => rowOf(images, i).set(row))
  const broken = pictures.filter((_, i) => !isThere[i])
  return {
    images,
    pictures: pictures.filter((_, i) => isThere[i]),
    unread: [...unread, ...broken.map((it) => ({ name: it.name, reason: reasons.get(it) ?? undecoded }))],
  }
}

/** Of pictures that an interrupted command looked at. */
const undecoded = 'it cannot be decoded'

async function picturesIn(from: string, { signal, configuration }: World) {
  const pictures: Picture[] = []
  const unread: Unread[] = []
  const there = await stat(path.resolve(from)).catch((cause: unknown) => {
    throw new Failure('not-found', `cannot annotate ${from}: there is no such file or folder`, { cause })
  })
  const isFolder = there.isDirectory()
  for await (const thing of found(from, { signal, bytesMax: configuration.imageBytesMax })) {
    if ('reason' in thing) unread.push(thing)
    else if ('path' in thing.source) {
      // As whoever typed the folder would write it.
      const name = isFolder ? path.posix.join(from.replaceAll('\\', '/'), thing.name) : thing.name
      pictures.push({ name, at: thing.source.path, group: thing.group })
    } else throw packed(from)
  }
  return { pictures, unread }
}

const packed = (from: string): Failure =>
  new Failure(
    'bad-input',
    `cannot annotate the pictures in ${from}: they must be files, and these are packed; unpack them, ` +
      'or make a project of them with bowerbird add',
  )

/** The same pictures, unchanged, by the same encoder. */
async function keyOf(pictures: readonly Picture[], encoder: string, pixelsMax: number): Promise<string> {
  const hash = createHash('sha256').update(`${encoder} ${pixelsMax}\n`)
  const look = ({ at }: Picture) => stat(at).catch(() => ({ size: 0, mtimeMs: 0 }))
  let i = 0
  for await (const { size, mtimeMs } of inOrder(pictures, 16, look))
    hash.update(`${pictures[i++]!.at} ${size} ${mtimeMs}\n`)
  return hash.digest('hex')
}

type Work = {
  readonly pictures: readonly Picture[]
  readonly encoder: Encoder
  /** Filled in: why a picture has no vector. */
  readonly reasons: Map<Picture, string>
  readonly keep: (rows: readonly Float32Array[]) => Promise<void>
}

async function embedFrom(first: number, work: Work, world: World): Promise<void> {
  const { pictures, encoder, reasons, keep } = work
  const total = pictures.length
  const batches = Array.from({ length: Math.ceil((total - first) / encoder.batch) }, (_, i) =>
    pictures.slice(first + i * encoder.batch, first + (i + 1) * encoder.batch),
  )
  const began = world.now()
  let done = first
  const decode = (batch: readonly Picture[]) =>
    world.images.readMany(
      batch.map(({ at }) => ({ path: at })),
      encoder.input,
    )
  // While the network works on one, the next two are being decoded.
  for await (const read of inOrder(batches, 3, decode)) {
    world.signal.throwIfAborted()
    const good = read.flatMap((pixels) => (pixels instanceof Error ? [] : [pixels.data]))
    const joined = new Uint8Array(good.reduce((sum, { length }) => sum + length, 0))
    good.forEach((data, i) => joined.set(data, i * data.length))
    const rows = good.length === 0 ? matrix(0, encoder.width) : await encoder.encode(joined, good.length)
    let at = 0
    await keep(read.map((it) => (it instanceof Error ? new Float32Array(0) : rowOf(rows, at++).slice())))
    read.forEach((it, i) => {
      if (it instanceof Error) reasons.set(pictures[done + i]!, sentenceOf(it))
    })
    done += read.length
    const left = timeLeft({ done: done - first, total: total - first, ms: world.now() - began })
    const counts = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} pictures`
    const sentence = `turned ${counts} into vectors${left}`
    world.progress({ done, total, sentence })
  }
}
