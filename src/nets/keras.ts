// Keras layers-models (model.json and its shards, as TensorFlow.js writes them) as a list of layers.
import { Failure } from '../base/index.ts'

export type KerasWeight = { readonly shape: readonly number[]; readonly data: Float32Array }
export type KerasLayer = {
  readonly name: string
  /** Keras's class: Conv2D, Add… */
  readonly kind: string
  readonly inputs: readonly string[]
  readonly config: Readonly<Record<string, unknown>>
  /** By their last word: kernel, bias, gamma, beta, moving_mean, moving_variance. */
  readonly weights: ReadonlyMap<string, KerasWeight>
}

/** The names of the weight files in the order in which their bytes follow each other. */
export function shardsOf(model: unknown): readonly string[] {
  return groupsOf(model).flatMap((group) => listOf(group, 'paths').map(String))
}

/** `weights`: the bytes of all shards, joined in the manifest's order. */
export function readKeras(model: unknown, weights: Uint8Array): readonly KerasLayer[] {
  const topology = within(model, 'modelTopology')
  const network = within(maybeWithin(topology, 'model_config') ?? topology, 'config')
  const cut = cutWeights(model, weights)
  return listOf(network, 'layers').map((layer) => {
    const name = textOf(layer, 'name')
    return {
      name,
      kind: textOf(layer, 'class_name'),
      inputs: inputsOf(layer, name),
      config: fields(within(layer, 'config'), `the settings of ${name}`),
      weights: cut.get(name) ?? new Map(),
    }
  })
}

function inputsOf(layer: unknown, name: string): readonly string[] {
  const uses = listOf(layer, 'inbound_nodes')
  if (uses.length > 1) throw unreadable(`a layer is used once, and ${name} is used ${uses.length} times`)
  const [from = []] = uses
  return list(from, `the inputs of ${name}`).map((input) => String(list(input, `an input of ${name}`)[0]))
}

/** Cut in the manifest's order, which is not the layers' order. */
function cutWeights(model: unknown, weights: Uint8Array) {
  const byLayer = new Map<string, Map<string, KerasWeight>>()
  let at = 0
  for (const entry of groupsOf(model).flatMap((group) => listOf(group, 'weights'))) {
    const path = textOf(entry, 'name')
    const shape = listOf(entry, 'shape').map(Number)
    if (textOf(entry, 'dtype') !== 'float32' || maybeWithin(entry, 'quantization') !== undefined) {
      throw unreadable(`weights are plain float32, and ${path} is ${textOf(entry, 'dtype')} or quantised`)
    }
    const sizeBytes = 4 * shape.reduce((product, dim) => product * dim, 1)
    if (at + sizeBytes > weights.length) {
      throw unreadable(`${path} ends at byte ${at + sizeBytes}, and there are ${weights.length}`)
    }
    const split = path.lastIndexOf('/')
    const layer = byLayer.get(path.slice(0, split)) ?? new Map<string, KerasWeight>()
    layer.set(path.slice(split + 1), { shape, data: floats(weights.subarray(at, at + sizeBytes)) })
    byLayer.set(path.slice(0, split), layer)
    at += sizeBytes
  }
  if (at !== weights.length) throw unreadable(`its weights take ${at} bytes, and there are ${weights.length}`)
  return byLayer
}

/**
 * Little-endian, as Keras and every machine that Node runs on write them; copied so that they stand aligned.
 * Not bytes.slice(): that of Node's Buffer is a view of all 100 MB.
 */
const floats = (bytes: Uint8Array) => new Float32Array(Uint8Array.from(bytes).buffer)

/**
 * Batch normalisation after a convolution is a scale and a shift of its outputs: it goes into the kernel
 * and the bias, y = s·(W∗x + b) + t with s = γ / √(variance + ε) and t = β − s·mean; its layer vanishes.
 */
export function foldBatchNorm(layers: readonly KerasLayer[]): readonly KerasLayer[] {
  const uses = new Map<string, number>()
  for (const name of layers.flatMap((layer) => layer.inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  const folded = new Map<string, KerasLayer>()
  const instead = new Map<string, string>()
  for (const layer of layers) {
    const [from = ''] = layer.inputs
    const before = folded.get(from)
    if (layer.kind === 'BatchNormalization' && before?.kind === 'Conv2D' && uses.get(from) === 1) {
      folded.set(from, withScale(before, scaleAndShift(layer)))
      instead.set(layer.name, from)
    } else folded.set(layer.name, { ...layer, inputs: layer.inputs.map((name) => instead.get(name) ?? name) })
  }
  return [...folded.values()]
}

function withScale(layer: KerasLayer, { scale, shift }: ReturnType<typeof scaleAndShift>): KerasLayer {
  // Kernels are [height, width, in, out]: the output varies fastest.
  const kernel = weightOf(layer, 'kernel')
  const bias = layer.weights.get('bias')?.data ?? new Float32Array(scale.length)
  return {
    ...layer,
    config: { ...layer.config, use_bias: true },
    weights: new Map([
      ['kernel', { shape: kernel.shape, data: kernel.data.map((w, i) => w * scale[i % scale.length]!) }],
      ['bias', { shape: [scale.length], data: bias.map((b, i) => b * scale[i]! + shift[i]!) }],
    ]),
  }
}

/** A batch normalisation, as it is once it learns no more, by channel. */
export function scaleAndShift(layer: KerasLayer): {
  readonly scale: Float64Array
  readonly shift: Float64Array
} {
  const mean = weightOf(layer, 'moving_mean').data
  const variance = weightOf(layer, 'moving_variance').data
  const epsilon = numberOf(layer, 'epsilon', 1e-3)
  const gamma = layer.weights.get('gamma')?.data
  const beta = layer.weights.get('beta')?.data
  const scale = Float64Array.from(variance, (v, i) => (gamma?.[i] ?? 1) / Math.sqrt(v + epsilon))
  return { scale, shift: scale.map((s, i) => (beta?.[i] ?? 0) - s * mean[i]!) }
}

export function weightOf(layer: KerasLayer, name: string): KerasWeight {
  const weight = layer.weights.get(name)
  if (!weight) throw unreadable(`the ${layer.kind} ${layer.name} needs ${name}, and its weights are without`)
  return weight
}

export function numberOf(layer: KerasLayer, field: string, otherwise: number): number {
  const value = layer.config[field] ?? otherwise
  if (typeof value !== 'number')
    throw unreadable(`${field} of ${layer.name} is a number, not ${shown(value)}`)
  return value
}

/** A setting that Keras gives for height and width: [2, 2]. */
export function pairOf(layer: KerasLayer, field: string, otherwise: number): readonly [number, number] {
  const value = layer.config[field] ?? [otherwise, otherwise]
  const [height, width] = list(value, `${field} of ${layer.name}`).map(Number)
  if (height === undefined || width === undefined) {
    throw unreadable(`${field} of ${layer.name} is two numbers, not ${shown(value)}`)
  }
  return [height, width]
}

/** What the model says is outside data: each access says what it wanted. */
const groupsOf = (model: unknown) => listOf(model, 'weightsManifest')
const textOf = (of: unknown, key: string) => String(within(of, key))
const listOf = (of: unknown, key: string) => list(within(of, key), key)
const shown = (value: unknown) => (JSON.stringify(value) ?? typeof value).slice(0, 80)

function fields(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null)
    throw unreadable(`${what} is an object, not ${shown(value)}`)
  return Object.fromEntries(Object.entries(value))
}

export function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw unreadable(`${what} is a list, not ${shown(value)}`)
  return value
}

const maybeWithin = (of: unknown, key: string): unknown =>
  typeof of === 'object' && of !== null ? Object.entries(of).find(([name]) => name === key)?.[1] : undefined

function within(of: unknown, key: string): unknown {
  const value = maybeWithin(of, key)
  if (value === undefined) throw unreadable(`it needs ${key}, and ${shown(of)} is without`)
  return value
}

export const unreadable = (why: string) => new Failure('corrupt-data', `cannot read the Keras model: ${why}`)
