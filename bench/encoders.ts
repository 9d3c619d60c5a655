// Frozen encoders under a linear head. What an encoder gave is kept, so that a run that was stopped goes on.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import sharp from 'sharp'
import { readNpy, writeNpy } from '../src/formats/index.ts'
import { openImages, type Images } from '../src/images/index.ts'
import { matrix, randomFrom, shuffleInto, type Matrix } from '../src/math/index.ts'
import { encoders, openRuntime, type Encoder, type EncoderName, type Runtime } from '../src/runtime/index.ts'
import type { Bench, Report } from './bench.ts'
import {
  cifar10,
  cifarClasses,
  cifarImageBytes,
  folderOf,
  maybeCaltech101,
  writeAside,
  type Cifar,
} from './data.ts'

/** As many as may be lost to a stop. */
const chunkImages = 256

type Part = {
  readonly labels: Int32Array
  readonly bytes: (index: number) => Promise<Uint8Array>
  /** The pixels themselves, for an encoder whose input has just their size: decoding would give them back. */
  readonly raw?: { readonly side: number; readonly pixels: (index: number) => Uint8Array }
}
type Task = {
  readonly encoder: EncoderName
  readonly data: string
  readonly classes: number
  /** Of the head, as scikit-learn's 1 / C: the best of 1, 0.1 and 0.01 on other images of the training part. */
  readonly pull: number
  readonly target: number
  readonly train: Part
  readonly test: Part
}
type Hands = { readonly runtime: Runtime; readonly images: Images; readonly report: Report }

export const bench: Bench = {
  name: 'encoders',
  says: 'Accuracy of a linear head on frozen embeddings; the ratio is the least of reached / promised',
  async run(report) {
    const runtime = openRuntime({ cores: 0, cache: folderOf('models') })
    const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 2 })
    try {
      const ratios: number[] = []
      for (const task of await tasks(report)) ratios.push(await probe(task, { runtime, images, report }))
      return Math.min(...ratios)
    } finally {
      await images.close()
      await runtime.close()
    }
  },
}

async function tasks(report: Report): Promise<readonly Task[]> {
  const { train, test } = await cifar10(report.say)
  const cifar = { classes: cifarClasses }
  const whole = {
    data: 'CIFAR-10, 50,000 and 10,000',
    train: pictures(train, 50_000),
    test: pictures(test, 10_000),
  }
  const few = {
    data: 'CIFAR-10, 5,000 and 2,000',
    train: pictures(train, 5_000),
    test: pictures(test, 2_000),
  }
  const caltech = await caltechTasks(report)
  return [
    { encoder: 'builtin', ...cifar, ...whole, pull: 0.01, target: 0.65 },
    { encoder: 'resnet50', ...cifar, ...few, pull: 0.1, target: 0.88 },
    ...caltech,
  ]
}

/** The first so many after one seeded shuffle, as PNG files: encoders see what a person's folder would hold. */
function pictures({ pixels, labels }: Cifar, count: number): Part {
  const order = shuffleInto(Int32Array.from(labels.keys()), randomFrom(1)).subarray(0, count)
  const raw = (i: number) => pixels.subarray(order[i]! * cifarImageBytes, (order[i]! + 1) * cifarImageBytes)
  const shape = { width: 32, height: 32, channels: 3 } as const
  return {
    labels: Int32Array.from(order, (index) => labels[index]!),
    bytes: (i) => sharp(raw(i), { raw: shape }).png({ compressionLevel: 1 }).toBuffer(),
    raw: { side: 32, pixels: raw },
  }
}

/** 30 a class to learn from, all others (1 to 770 a class) to test; no background. */
async function caltechTasks({ say }: Report): Promise<readonly Task[]> {
  const all = await maybeCaltech101(say)
  if (!all) return []
  const names = [...new Set(all.map((photograph) => photograph.class))].sort()
  const random = randomFrom(1)
  const drawn = names.map((name) =>
    shuffleInto(
      all.filter((it) => it.class === name),
      random,
    ),
  )
  const part = (from: number, to: number): Part => {
    const rows = drawn.flatMap((its, label) => its.slice(from, to).map(({ bytes }) => ({ bytes, label })))
    return { labels: Int32Array.from(rows, (row) => row.label), bytes: async (i) => rows[i]!.bytes }
  }
  const [train, test] = [part(0, 30), part(30, all.length)]
  const data = `Caltech-101, ${train.labels.length} and ${test.labels.length}`
  return [{ encoder: 'resnet50', data, classes: names.length, pull: 0.1, target: 0.92, train, test }]
}

async function probe(task: Task, hands: Hands): Promise<number> {
  const train = await embedded(task, 'train', hands)
  const test = await embedded(task, 'test', hands)
  const from = performance.now()
  const { classes, pull } = task
  const head = await hands.runtime.trainHead(train, task.train.labels, { classes, pull, seed: 1 })
  const seconds = (performance.now() - from) / 1000
  const guesses = await hands.runtime.probabilities(head, test)
  const accuracy = shareRight(guesses, task.test.labels)
  hands.report.say(`${task.encoder} on ${task.data}: ${(100 * accuracy).toFixed(2)}%`)
  hands.report.row({
    encoder: task.encoder,
    data: task.data,
    'pull of the head': pull,
    'seconds of its training': seconds.toFixed(1),
    'accuracy %': (100 * accuracy).toFixed(2),
    'promised %': 100 * task.target,
    ratio: (accuracy / task.target).toFixed(3),
  })
  return accuracy / task.target
}

function shareRight({ rows, columns, data }: Matrix, labels: Int32Array): number {
  let right = 0
  for (let row = 0; row < rows; row++) {
    const probabilities = data.subarray(row * columns, (row + 1) * columns)
    if (probabilities.indexOf(Math.max(...probabilities)) === labels[row]) right++
  }
  return right / rows
}

/** Stored as the store does, in float16; named by what went in. */
async function embedded(task: Task, part: 'train' | 'test', hands: Hands): Promise<Matrix> {
  const { labels } = task[part]
  const { width, checksum, preprocessing } = encoders[task.encoder]
  const whole = matrix(labels.length, width)
  const what = JSON.stringify([task.encoder, checksum, preprocessing, task.data, part])
  const key = createHash('sha256').update(what).digest('hex').slice(0, 16)
  for (let from = 0; from < labels.length; from += chunkImages) {
    const to = Math.min(labels.length, from + chunkImages)
    const file = path.join(folderOf('embeddings'), `${key}-${from}.npy`)
    if (!existsSync(file)) {
      const rows = await encoded(
        task,
        Array.from({ length: to - from }, (_, i) => pixelsOf(task[part], from + i)),
        hands,
      )
      await writeAside(file, writeNpy('float16', [rows.rows, width], rows.data))
      hands.report.say(`${task.encoder} on ${task.data}, ${part}: ${to} of ${labels.length}`)
    }
    whole.data.set(readNpy(await readFile(file)).data, from * width)
  }
  return whole
}

type Reader = (as: Encoder['input'], images: Images) => Promise<Uint8Array>

const pixelsOf =
  ({ raw, bytes }: Part, index: number): Reader =>
  async (as, images) => {
    if (raw && as.width === raw.side && as.height === raw.side) return raw.pixels(index)
    const [read] = await images.readMany([{ bytes: await bytes(index) }], as)
    if (!read || read instanceof Error) throw read ?? new Error('nothing was read')
    return read.data
  }

async function encoded(task: Task, readers: readonly Reader[], { runtime, images }: Hands): Promise<Matrix> {
  const encoder = await runtime.encoder(task.encoder)
  const read = await Promise.all(readers.map((reader) => reader(encoder.input, images)))
  const whole = matrix(read.length, encoder.width)
  for (let from = 0; from < read.length; from += encoder.batch) {
    const batch = read.slice(from, from + encoder.batch)
    whole.data.set((await encoder.encode(Buffer.concat(batch), batch.length)).data, from * encoder.width)
  }
  return whole
}
