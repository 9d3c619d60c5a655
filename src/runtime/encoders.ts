// Which encoders there are. A row says all that is true of one; lists of names derive from the table.
import { availableParallelism } from 'node:os'
import { Failure, namesOf } from '../base/index.ts'
import { builtinWidth } from '../nets/index.ts'
import { builtinChecksum, builtinModel } from './encoder-builtin.ts'
import type { Say } from './encoder-fetch.ts'
import { loadImageSide } from './pair-image.ts'
import { isPath } from './pair-files.ts'
import { isResnetKept, resnetModel, resnetPackage } from './encoder-resnet.ts'
import type { Encoder, Session } from './runtime.ts'

export type EncoderRow = {
  readonly goodAt: string
  readonly source: string
  readonly checksum: string
  readonly licence: string
  /** Numbers in a vector. */
  readonly width: number
  readonly preprocessing: Encoder['input']
  /** Images that one core takes at a time. */
  readonly batchOfCore: number
  /** The encoder to go on with where this one cannot be fetched. */
  readonly standIn: 'builtin' | null
  readonly isAtHand: (cache: string) => Promise<boolean>
  /** An ONNX model, `image` uint8 [images, height, width, 3] → `embedding` float32 [images, width]. */
  readonly model: (cache: string, say: Say) => Promise<Uint8Array>
}

export const encoders = {
  resnet50: {
    goodAt: 'photographs of things, animals and scenes: 92% on Caltech-101 with 30 labels a class',
    source: `npm: ${resnetPackage.name}@${resnetPackage.version} (Keras ResNet-50, trained on ImageNet-1k)`,
    checksum: resnetPackage.integrity,
    licence: 'MIT',
    width: 2048,
    preprocessing: { width: 224, height: 224, fit: 'stretch' },
    batchOfCore: 8,
    standIn: 'builtin',
    isAtHand: isResnetKept,
    model: resnetModel,
  },
  builtin: {
    goodAt: 'small pictures told apart by colour and texture; needs no network and little time',
    source: 'in the package: whitened patches learnt from CIFAR-10’s training images, without their labels',
    checksum: `sha256-${builtinChecksum}`,
    licence: 'MIT',
    width: builtinWidth,
    preprocessing: { width: 32, height: 32, fit: 'stretch' },
    batchOfCore: 64,
    standIn: null,
    isAtHand: async () => true,
    model: builtinModel,
  },
} satisfies Record<string, EncoderRow>
export const encoderNames = namesOf(encoders)
export type EncoderName = keyof typeof encoders

export type LoadOptions = {
  /** The folder where fetched encoders are kept. */
  readonly cache: string
  /** 0: all. */
  readonly cores: number
  readonly open: (model: Uint8Array | string) => Promise<Session>
  /** May throw to stop a download. */
  readonly say?: Say
}

/** Makes an encoder ready; what is missing is fetched and converted first. */
export async function loadEncoder(name: string, o: LoadOptions): Promise<Encoder> {
  if (isPath(name)) return loadImageSide(name, o)
  const row = rowOf(name)
  const session = await o.open(await row.model(o.cache, o.say ?? (() => undefined)))
  const { width, height } = row.preprocessing
  return {
    name,
    width: row.width,
    input: row.preprocessing,
    batch: row.batchOfCore * (o.cores || availableParallelism()),
    async encode(pixels, images) {
      const feeds = { image: { shape: [images, height, width, 3], data: pixels } }
      const { embedding } = await session.run(feeds)
      if (!(embedding?.data instanceof Float32Array) || embedding.data.length !== images * row.width)
        throw new Failure('crashed', `the encoder ${name} gave no vectors`)
      return { rows: images, columns: row.width, data: embedding.data }
    },
  }
}

/** Whether an encoder can be used without the network. */
export const encoderAtHand = async (name: string, cache: string): Promise<boolean> =>
  isPath(name) || rowOf(name).isAtHand(cache)

function rowOf(name: string): EncoderRow {
  const known = encoderNames.find((it) => it === name)
  if (known) return encoders[known]
  throw new Failure(
    'bad-input',
    `cannot use the encoder "${name}": the encoders are ${encoderNames.join(', ')}, and paths of ONNX files or folders`,
  )
}
