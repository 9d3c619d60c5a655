import { z } from 'zod'
import { Failure, type Image, type ImageId } from '../base/index.ts'
import { matrix, stacked, type Matrix } from '../math/index.ts'
import { encoderNames, encoders, type Encoder, type EncoderName } from '../runtime/index.ts'
import { encoderField, encoderNamed, perhaps, projectField } from './fields.ts'
import { encoderWantedKey } from './show.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

export const embed = step({
  name: 'embed',
  summary: 'Turn images into vectors with an encoder',
  input: z.object({
    project: projectField,
    encoder: perhaps(encoderField),
  }),
  output: z.object({
    encoder: z.string(),
    embedded: z.int().describe('how many images became vectors now'),
    alreadyThere: z.int().describe('how many had been before'),
    failed: z.int().describe('how many could not be decoded any more'),
    fellBack: z.boolean().describe('whether the encoder wanted could not be fetched and another stood in'),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  key: async ({ project, encoder }, { store }) => {
    const own = (await store.projects.get(project)).encoder
    const { images, lastImage } = await store.projects.counts(project)
    // The project's own encoder too: after a fall back, asking again for the one wanted is new work.
    return ['embed', project, encoder ?? own, own, images, lastImage ?? 0].join(' ')
  },
  then: 'train',
  async run({ project, encoder: asked }, world) {
    const before = await world.store.projects.get(project)
    const wanted = encoderNamed(asked ?? before.encoder)
    const { encoder, fellBack } = await encoderFor(wanted, world)
    if (encoder.name !== before.encoder) await world.store.projects.setEncoder(project, encoder.name)
    if (fellBack) await world.store.settings.set(encoderWantedKey(before), wanted)
    const alreadyThere = await world.store.embeddings.count(project, encoder.name)
    const { embedded, failed } = await embedMissing(project, encoder, world)
    return { encoder: encoder.name, embedded, alreadyThere, failed, fellBack }
  },
})

/** Without a network the loop goes on with the encoder that needs none. */
async function encoderFor(wanted: string, world: World) {
  const say = (progress: { readonly done: number; readonly total: number; readonly sentence: string }) => {
    world.signal.throwIfAborted()
    world.progress(progress)
  }
  try {
    return { encoder: await world.runtime.encoder(wanted, say), fellBack: false }
  } catch (error) {
    const instead = standInOf(wanted)
    if (!(error instanceof Failure && error.kind === 'no-network') || !instead) throw error
    world.log('encoder-fell-back', { wanted, instead, reason: error.message })
    const sentence = `${error.message}; going on with the encoder ${instead}`
    world.progress({ done: 0, total: null, sentence })
    return { encoder: await world.runtime.encoder(instead, say), fellBack: true }
  }
}

const standInOf = (name: string): EncoderName | null =>
  encoderNames.flatMap((known) => (known === name ? [encoders[known].standIn] : []))[0] ?? null

/** As large as a shard may be: one question to the store for so many images, and little memory. */
const windowImages = 16_384
/** A kill loses at most so many images' work: half a minute of resnet50 on two cores. */
const shardImages = 512

async function embedMissing(project: string, encoder: Encoder, world: World) {
  const { images: total } = await world.store.projects.counts(project)
  const before = await world.store.embeddings.count(project, encoder.name)
  const failed = new Set<ImageId>()
  const began = world.now()
  let embedded = 0
  const tell = () =>
    world.progress({
      done: before + embedded,
      total,
      sentence: sentenceOf({
        done: before + embedded,
        total,
        embedded,
        seconds: (world.now() - began) / 1000,
      }),
    })
  tell()
  for (;;) {
    // Those that failed stay missing, and would be given first each time.
    const missing = await world.store.embeddings.missing(project, encoder.name, windowImages + failed.size)
    const images = missing.filter((image) => !failed.has(image.id))
    if (images.length === 0) return { embedded, failed: failed.size }
    for await (const shard of shardsOf(images, encoder, { world, failed })) {
      if (shard.ids.length > 0) await world.store.embeddings.addShard(project, encoder.name, shard)
      embedded += shard.ids.length
      tell()
      world.signal.throwIfAborted()
    }
  }
}

type Shard = { readonly ids: readonly ImageId[]; readonly rows: Matrix }

/** Ends early, with what is in hand, when the step is cancelled. */
async function* shardsOf(
  images: readonly Image[],
  encoder: Encoder,
  { world, failed }: { readonly world: World; readonly failed: Set<ImageId> },
): AsyncIterable<Shard> {
  let parts: Shard[] = []
  let held = 0
  for await (const batch of decodedAhead(images, encoder, world)) {
    for (const { image, reason } of batch.failed) {
      failed.add(image.id)
      world.log('image-not-embedded', { image: image.id, name: image.name, reason })
    }
    if (batch.ids.length > 0)
      parts.push({ ids: batch.ids, rows: await encoder.encode(batch.pixels, batch.ids.length) })
    held += batch.ids.length
    if (world.signal.aborted) break
    if (held >= shardImages) {
      yield joined(parts, encoder.width)
      parts = []
      held = 0
    }
  }
  yield joined(parts, encoder.width)
}

function joined(parts: readonly Shard[], width: number): Shard {
  const ids = parts.flatMap((part) => part.ids)
  return { ids, rows: stacked([matrix(0, width), ...parts.map(({ rows }) => rows)]) }
}

type Decoded = {
  readonly ids: readonly ImageId[]
  readonly pixels: Uint8Array
  readonly failed: readonly { readonly image: Image; readonly reason: string }[]
}

/** Batch by batch; while the network works on one, the next two are being decoded. */
async function* decodedAhead(
  images: readonly Image[],
  encoder: Encoder,
  world: World,
): AsyncIterable<Decoded> {
  const ahead: Promise<Decoded>[] = []
  for (let from = 0; from < images.length || ahead.length > 0;) {
    while (ahead.length < 3 && from < images.length) {
      const batch = decode(images.slice(from, from + encoder.batch), encoder, world)
      // Awaited in its turn; until then its failure must not count as unhandled.
      batch.catch(() => undefined)
      ahead.push(batch)
      from += encoder.batch
    }
    yield await ahead.shift()!
  }
}

async function decode(images: readonly Image[], encoder: Encoder, world: World): Promise<Decoded> {
  const sources = await Promise.all(
    images.map(async ({ hash }) => ({ bytes: await world.store.blobs.get(hash) })),
  )
  const read = await world.images.readMany(sources, encoder.input)
  const ids: ImageId[] = []
  const failed: { image: Image; reason: string }[] = []
  const sizeBytes = encoder.input.width * encoder.input.height * 3
  const pixels = new Uint8Array(images.length * sizeBytes)
  images.forEach((image, i) => {
    const it = read[i]!
    if (it instanceof Error) failed.push({ image, reason: it.message })
    else pixels.set(it.data, sizeBytes * (ids.push(image.id) - 1))
  })
  return { ids, pixels: pixels.subarray(0, ids.length * sizeBytes), failed }
}

type Pace = {
  readonly done: number
  readonly total: number
  readonly embedded: number
  readonly seconds: number
}

function sentenceOf({ done, total, embedded, seconds }: Pace): string {
  const counts = `Embedded ${done.toLocaleString('en')} of ${total.toLocaleString('en')} images`
  if (embedded === 0 || seconds === 0) return counts
  const rate = embedded / seconds
  const left = Math.ceil(Math.max(0, total - done) / rate)
  const time = left < 100 ? `${left} s` : `${Math.ceil(left / 60)} min`
  return `${counts}, ${rate < 10 ? rate.toFixed(1) : Math.round(rate)} a second, ${time} left`
}
