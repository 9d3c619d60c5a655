// The pictures of the data sets as files: encoders see what a person's folder would hold.
import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import { extract } from 'tar-stream'
import { randomFrom, shuffleInto } from '../../src/math/index.ts'
import { caltechFile, cifar10, cifarImageBytes, maybeCaltech101, type Cifar } from '../data.ts'
import type { Pictures } from '../embedded.ts'

export type Labelled = Pictures & { readonly labels: Int32Array }

/** The first so many of each part after one seeded shuffle: a smaller draw begins a larger one. */
export async function cifarPictures(
  of: { readonly train: number; readonly test: number },
  say: (text: string) => void,
): Promise<{ readonly train: Labelled; readonly test: Labelled }> {
  const { train, test } = await cifar10(say)
  return { train: drawn(train, 'cifar10-train', of.train), test: drawn(test, 'cifar10-test', of.test) }
}

function drawn({ pixels, labels }: Cifar, name: string, count: number): Labelled {
  const order = shuffleInto(Int32Array.from(labels.keys()), randomFrom(1)).subarray(0, count)
  const raw = (i: number) => pixels.subarray(order[i]! * cifarImageBytes, (order[i]! + 1) * cifarImageBytes)
  const shape = { width: 32, height: 32, channels: 3 } as const
  return {
    name,
    count,
    labels: Int32Array.from(order, (index) => labels[index]!),
    bytes: (i) => sharp(raw(i), { raw: shape }).png({ compressionLevel: 1 }).toBuffer(),
    raw: { side: 32, pixels: raw },
  }
}

/** All of Caltech-101 in the order of its names; nothing where the file is not there. */
export async function maybeCaltechPictures(say: (text: string) => void) {
  const all = await maybeCaltech101(say)
  if (!all) return undefined
  const classNames = [...new Set(all.map((one) => one.class))].sort()
  const labels = Int32Array.from(all, (one) => classNames.indexOf(one.class))
  const pictures: Labelled = {
    name: 'caltech101',
    count: all.length,
    labels,
    bytes: async (i) => all[i]!.bytes,
  }
  return { pictures, classNames, names: all.map((one) => one.name) }
}

/** Names of the photographs that Caltech-101's own split measures on. */
export async function caltechTest(): Promise<ReadonlySet<string>> {
  for await (const entry of createReadStream(caltechFile).pipe(extract())) {
    if (entry.header.name.endsWith('/test.txt')) return new Set((await text(entry)).split('\n'))
    entry.resume()
  }
  throw new Error(`${caltechFile} holds no test.txt`)
}
