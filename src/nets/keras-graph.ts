// A Keras layer by layer as graph. Images come as the decoder gives them; preprocessing is part of the graph.
import { namesOf } from '../base/index.ts'
import { build, type Builder, type Graph, type Value } from '../graph/index.ts'
import { list, pairOf, scaleAndShift, unreadable, weightOf, type KerasLayer } from './keras.ts'

export type KerasGraphOptions = {
  readonly name: string
  /** The layer whose values are the embedding. */
  readonly output: string
  /** Height and width of the image. */
  readonly size: number
  /** Taken from each channel, in the order red, green, blue. */
  readonly means: readonly [number, number, number]
  /** The order in which the network was taught the channels. */
  readonly channels: 'red first' | 'blue first'
}

/** `image` uint8 [images, size, size, 3] → `embedding` [images, width], rows of length one. */
export function kerasGraph(layers: readonly KerasLayer[], o: KerasGraphOptions): Graph {
  const g = build()
  const image = g.input('image', 'uint8', ['images', o.size, o.size, 3])
  const values = new Map<string, Value>()
  for (const layer of layers) {
    values.set(layer.name, layer.kind === 'InputLayer' ? prepared(g, image, o) : built(g, layer, values))
    if (layer.name === o.output) break
  }
  const output = values.get(o.output)
  if (!output) throw unreadable(`it has no layer ${o.output}`)
  return g.graph(o.name, { embedding: unitRows(g, output) })
}

/** uint8 [images, height, width, 3] → float32 [images, 3, height, width], less the means. */
function prepared(g: Builder, image: Value, o: KerasGraphOptions): Value {
  const planes = g.transpose(g.cast(image, 'float32'), [0, 3, 1, 2])
  const centred = g.sub(planes, g.constant(Float32Array.from(o.means), [3, 1, 1]))
  if (o.channels === 'red first') return centred
  const plane = (from: number) => g.slice(centred, { axis: 1, from, to: from + 1 })
  return g.node('Concat', [plane(2), plane(1), plane(0)], { axis: 1 })
}

/** x / |x|, and nothing but zeros where there is nothing. */
export function unitRows(g: Builder, x: Value): Value {
  const length = g.sqrt(g.reduceSum(g.mul(x, x), [1], { keep: true }))
  return g.div(x, g.add(length, 1e-12))
}

function built(g: Builder, layer: KerasLayer, values: ReadonlyMap<string, Value>): Value {
  const row = kinds[namesOf(kinds).find((name) => name === layer.kind) ?? unknown(layer)]
  const [first, ...others] = layer.inputs.map((name) => {
    const value = values.get(name)
    if (!value) throw unreadable(`${layer.name} wants ${name}, and nothing before it has that name`)
    return value
  })
  if (!first) throw unreadable(`${layer.name} has no input`)
  return row(g, layer, [first, ...others])
}

function unknown(layer: KerasLayer): never {
  throw unreadable(
    `the kinds of layer are ${namesOf(kinds).join(', ')}, and ${layer.name} is a ${layer.kind}`,
  )
}

type Row = (g: Builder, layer: KerasLayer, x: readonly [Value, ...Value[]]) => Value

/** How each kind of layer is said in ONNX. Channels are last in Keras, second here. */
const kinds = {
  Conv2D: (g, layer, [x]) => {
    const kernel = weightOf(layer, 'kernel')
    const [height = 0, width = 0, channels = 0, filters = 0] = kernel.shape
    const w = g.constant(outputsFirst(kernel.data, [height * width, channels, filters]), [
      filters,
      channels,
      height,
      width,
    ])
    const bias = layer.weights.get('bias')
    const strides = pairOf(layer, 'strides', 1)
    const pads = padsOf(layer, x, { kernel: [height, width], strides })
    const operands = bias ? [x, w, g.constant(bias.data, bias.shape)] : [x, w]
    return activated(
      g,
      layer,
      g.node('Conv', operands, { strides, pads, dilations: pairOf(layer, 'dilation_rate', 1) }),
    )
  },
  BatchNormalization: (g, layer, [x]) => {
    const { scale, shift } = scaleAndShift(layer)
    const perChannel = (numbers: Float64Array) =>
      g.constant(Float32Array.from(numbers), [numbers.length, 1, 1])
    return g.add(g.mul(x, perChannel(scale)), perChannel(shift))
  },
  Activation: (g, layer, [x]) => activated(g, layer, x),
  Add: (g, _, [x, ...others]) => others.reduce<Value>((sum, other) => g.add(sum, other), x),
  ZeroPadding2D: (g, layer, [x]) => {
    const [rows, columns] = list(layer.config['padding'], `padding of ${layer.name}`)
    const [top = 0, bottom = 0] = list(rows, `padding of ${layer.name}`).map(Number)
    const [left = 0, right = 0] = list(columns, `padding of ${layer.name}`).map(Number)
    return g.pad(x, [0, 0, top, left, 0, 0, bottom, right])
  },
  MaxPooling2D: (g, layer, [x]) => {
    const kernel = pairOf(layer, 'pool_size', 2)
    const strides = layer.config['strides'] ? pairOf(layer, 'strides', 1) : kernel
    return g.node('MaxPool', [x], {
      kernel_shape: kernel,
      strides,
      pads: padsOf(layer, x, { kernel, strides }),
    })
  },
  GlobalAveragePooling2D: (g, _, [x]) => g.node('Flatten', [g.node('GlobalAveragePool', [x])]),
  Dense: (g, layer, [x]) => {
    const { data, shape } = weightOf(layer, 'kernel')
    const bias = layer.weights.get('bias')
    const product = g.matMul(x, g.constant(data, shape))
    return activated(g, layer, bias ? g.add(product, g.constant(bias.data, bias.shape)) : product)
  },
} satisfies Record<string, Row>

function activated(g: Builder, layer: KerasLayer, x: Value): Value {
  const name = layer.config['activation'] ?? 'linear'
  if (name === 'linear') return x
  if (name === 'relu') return g.relu(x)
  if (name === 'softmax') return g.node('Softmax', [x])
  throw unreadable(`activations are linear, relu and softmax, and that of ${layer.name} is ${String(name)}`)
}

/** [places, in, out] → [out, in, places]. */
function outputsFirst(
  data: Float32Array,
  [places, inputs, outputs]: readonly [number, number, number],
): Float32Array {
  const turned = new Float32Array(data.length)
  for (let place = 0; place < places; place++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        turned[(o * inputs + i) * places + place] = data[(place * inputs + i) * outputs + o]!
      }
    }
  }
  return turned
}

type Windows = { readonly kernel: readonly [number, number]; readonly strides: readonly [number, number] }

/** Keras's `same` gives ⌈size / stride⌉ outputs and pads one more at the end where the padding is odd. */
function padsOf(layer: KerasLayer, x: Value, { kernel, strides }: Windows): readonly number[] {
  const padding = layer.config['padding'] ?? 'valid'
  if (padding === 'valid') return [0, 0, 0, 0]
  if (padding !== 'same')
    throw unreadable(`padding is valid or same, and that of ${layer.name} is ${String(padding)}`)
  const dilations = pairOf(layer, 'dilation_rate', 1)
  const whole = kernel.map((size, i) => {
    const image = Number(x.shape[i + 2])
    const reach = dilations[i]! * (size - 1) + 1
    return Math.max(0, (Math.ceil(image / strides[i]!) - 1) * strides[i]! + reach - image)
  })
  return [...whole.map((pad) => Math.floor(pad / 2)), ...whole.map((pad) => Math.ceil(pad / 2))]
}
