// A step that asks for nothing that is kept, in this very process: no data folder, no database, no child.
import os from 'node:os'
import { absent, Failure } from './base/index.ts'
import { openImages, type Images } from './images/index.ts'
import { cacheFolder, configure } from './configured.ts'
import { openRuntime, type Runtime } from './runtime/index.ts'
import { parseInput, perform, steps, type Configuration, type World } from './steps/index.ts'

export type Hands = { readonly images: Images; readonly runtime: Runtime; close(): Promise<void> }

/** What decodes and computes; neither starts anything until it is used. */
export function openHands(values: Configuration): Hands {
  const cores = values.cores || os.availableParallelism()
  const { imagePixelsMax: pixelsMax, imageBytesMax: bytesMax } = values
  const images = openImages({ pixelsMax, bytesMax, children: cores })
  const runtime = openRuntime({ cores, cache: cacheFolder(values) })
  const close = async (): Promise<void> => void (await Promise.all([images.close(), runtime.close()]))
  return { images, runtime, close }
}

export type Alone = Pick<World, 'signal' | 'progress' | 'log'> & {
  /** Of the configuration, as the command line gives it. */
  readonly flags: Readonly<Record<string, unknown>>
}

export async function performAlone(name: string, input: unknown, o: Alone): Promise<unknown> {
  const step = steps.find((one) => one.name === name)!
  if (!step.alone?.(parseInput(step, input))) {
    throw new Failure('bad-input', `cannot ${name} without a data folder: what this asks for is kept in one`)
  }
  const { flags, signal, progress, log } = o
  const configuration = configure(flags)
  const { close, ...hands } = openHands(configuration)
  const store = absent<World['store']>('a step that runs alone', 'store')
  try {
    const world = { ...hands, store, configuration, now: () => Date.now(), signal, progress, log }
    return await perform(step, input, world)
  } finally {
    await close()
  }
}
