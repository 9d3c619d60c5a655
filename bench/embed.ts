// The step `embed` from stored files to stored vectors, against the same network on pixels that lie ready.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import sharp from 'sharp'
import { openImages } from '../src/images/index.ts'
import { openRuntime, type Encoder, type EncoderName } from '../src/runtime/index.ts'
import { embed } from '../src/steps/embed.ts'
import { configuration, perform, type World } from '../src/steps/index.ts'
import { openStore, type NewImage } from '../src/store/index.ts'
import { interleaved, type Bench, type Report } from './bench.ts'
import { cifar10, cifarImageBytes, folderOf, maybeCaltech101 } from './data.ts'

/** Whole batches of two and four cores, and seconds of work for both contestants. */
const contests: Readonly<Record<EncoderName, { readonly images: number; readonly rounds: number }>> = {
  resnet50: { images: 96, rounds: 3 },
  builtin: { images: 1024, rounds: 5 },
}

export const bench: Bench = {
  name: 'embed',
  says: 'Images a second of the step embed / of its network alone; the ratio is that of the encoder resnet50',
  async run(report) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-bench-'))
    const world = await openWorld(folder)
    try {
      const photographs = await maybeCaltech101(report.say)
      await contest('builtin', await smallPictures(report), { world, report })
      return await contest(
        'resnet50',
        photographs?.map(({ bytes }) => bytes) ?? (await smallPictures(report)),
        { world, report },
      )
    } finally {
      await world.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

type BenchWorld = World & { close(): Promise<void> }

async function openWorld(folder: string): Promise<BenchWorld> {
  const cores = os.availableParallelism()
  const store = await openStore(path.join(folder, 'data'))
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: cores })
  const runtime = openRuntime({ cores, cache: folderOf('models') })
  return {
    store,
    images,
    runtime,
    configuration: configuration.parse({}),
    now: () => performance.now(),
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
    close: async () => {
      await images.close()
      await runtime.close()
      await store.close()
    },
  }
}

/** CIFAR-10's first test images as PNG files. */
async function smallPictures({ say }: Report): Promise<readonly Uint8Array[]> {
  const { pixels } = (await cifar10(say)).test
  return Promise.all(
    Array.from({ length: contests.builtin.images }, (_, i) =>
      sharp(pixels.subarray(i * cifarImageBytes, (i + 1) * cifarImageBytes), {
        raw: { width: 32, height: 32, channels: 3 },
      })
        .png()
        .toBuffer(),
    ),
  )
}

type Hands = { readonly world: BenchWorld; readonly report: Report }

async function contest(
  name: EncoderName,
  files: readonly Uint8Array[],
  { world, report }: Hands,
): Promise<number> {
  const { rounds } = contests[name]
  // Spread over all classes, which stand in order.
  const count = Math.min(contests[name].images, files.length)
  const chosen = Array.from({ length: count }, (_, i) => files[Math.floor((i * files.length) / count)]!)
  report.say(`${name}: ${count} images, ${rounds} rounds`)
  const encoder = await world.runtime.encoder(name, ({ sentence }) => report.say(sentence))
  const ready = await pixelsOf(chosen, encoder, world)
  const projects = await projectsOf(chosen, { name, rounds, world })
  const seconds = await interleaved(rounds, {
    alone: () => runAlone(encoder, ready),
    step: () => perform(embed, { project: projects.pop()! }, world),
  })
  const ratio = seconds['alone']! / seconds['step']!
  report.say(`${name}: ${ratio.toFixed(3)}`)
  report.row({
    encoder: name,
    images: count,
    'network alone, images/s': Math.round(count / seconds['alone']!),
    'embed, images/s': Math.round(count / seconds['step']!),
    ratio: ratio.toFixed(3),
  })
  return ratio
}

async function pixelsOf(files: readonly Uint8Array[], encoder: Encoder, world: World): Promise<Uint8Array> {
  const read = await world.images.readMany(
    files.map((bytes) => ({ bytes })),
    encoder.input,
  )
  return Buffer.concat(read.map((it) => (it instanceof Error ? new Uint8Array(0) : it.data)))
}

async function runAlone(encoder: Encoder, pixels: Uint8Array): Promise<void> {
  const sizeBytes = encoder.input.width * encoder.input.height * 3
  for (let from = 0; from < pixels.length; from += encoder.batch * sizeBytes) {
    const batch = pixels.subarray(from, from + encoder.batch * sizeBytes)
    await encoder.encode(batch, batch.length / sizeBytes)
  }
}

/** A project for each round and the one that warms: the same images, none of them embedded. */
async function projectsOf(
  files: readonly Uint8Array[],
  of: { readonly name: EncoderName; readonly rounds: number; readonly world: World },
): Promise<string[]> {
  const { store, images, now } = of.world
  const rows: NewImage[] = []
  for (const [i, bytes] of files.entries()) {
    const { thumbnail, ...seen } = await images.inspect({ bytes })
    const [, small = seen.hash] = await store.blobs.putMany([bytes, thumbnail])
    rows.push({ ...seen, thumbnail: small, name: `${i}`, group: null })
  }
  const names = Array.from({ length: of.rounds + 1 }, (_, i) => `${of.name}-${i}`)
  for (const name of names) {
    const settings = { title: name, encoder: of.name, seed: 1, isDemo: false }
    await store.projects.create({ name, ...settings, testShare: 0.1, validationShare: 0.1, at: now() })
    await store.images.add(name, rows, now())
  }
  return names
}
