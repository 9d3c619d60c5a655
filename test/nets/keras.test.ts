import assert from 'node:assert/strict'
import { after, describe, it, test } from 'node:test'
import { Failure } from '../../src/base/index.ts'
import { toOnnx } from '../../src/graph/index.ts'
import { foldBatchNorm, kerasGraph, readKeras, shardsOf } from '../../src/nets/index.ts'
import { openRuntime } from '../../src/runtime/index.ts'
import { bytesOfWeights, kerasModel, type Weights } from '../fixtures/keras.ts'

const runtime = openRuntime({ cores: 1, cache: '' })
after(() => runtime.close())

const size = 2
const means = [10, 20, 30] as const
// 1 × 1 kernels: an image's value is the mean over its places of relu(batch norm(kernel · channels + bias)).
const weights: Weights = {
  // Out of the layers' order, as Keras writes them.
  'norm/gamma': { shape: [2], data: [2, 1] },
  'norm/beta': { shape: [2], data: [0, 5] },
  'norm/moving_mean': { shape: [2], data: [1, 0] },
  'norm/moving_variance': { shape: [2], data: [3, 0] },
  'conv/kernel': { shape: [1, 1, 3, 2], data: [1, 0, 0, 1, 0, 0] },
  'conv/bias': { shape: [2], data: [1, -1] },
}
const model = kerasModel(weights, [
  { class: 'InputLayer', name: 'input', from: [] },
  {
    class: 'Conv2D',
    name: 'conv',
    from: ['input'],
    config: { strides: [1, 1], padding: 'valid', use_bias: true },
  },
  { class: 'BatchNormalization', name: 'norm', from: ['conv'], config: { epsilon: 1 } },
  { class: 'Activation', name: 'act', from: ['norm'], config: { activation: 'relu' } },
  { class: 'Add', name: 'sum', from: ['act', 'act'] },
  { class: 'GlobalAveragePooling2D', name: 'pool', from: ['sum'] },
])

/** What comes out before it is made one long: the direction is enough to check by eye. */
async function embeddingOf(
  layers: ReturnType<typeof readKeras>,
  pixels: readonly number[],
  channels: 'red first' | 'blue first' = 'red first',
): Promise<readonly number[]> {
  const graph = kerasGraph(layers, { name: 'small', output: 'pool', size, means, channels })
  const session = await runtime.open(toOnnx(graph))
  const { embedding } = await session.run({
    image: { shape: [1, size, size, 3], data: Uint8Array.from(pixels) },
  })
  return [...embedding!.data]
}
const near = (got: readonly number[], wanted: readonly number[]) =>
  got.forEach((x, i) =>
    assert.ok(Math.abs(x - wanted[i]!) < 1e-6, `${String(got)} should be ${String(wanted)}`),
  )
const unit = (x: readonly number[]) => x.map((it) => it / Math.hypot(...x))

describe('a Keras layers-model', () => {
  const layers = readKeras(model, bytesOfWeights(weights))
  // Four places of one colour: red 14, green 27, blue 30, less the means 4, 7, 0.
  const pixels = [1, 2, 3, 4].flatMap(() => [14, 27, 30])

  it('computes what its layers say', async () => {
    // conv: 4 + 1 = 5 and 7 − 1 = 6; norm: 2 · (5 − 1) / √4 = 4 and 1 · (6 − 0) / √1 + 5 = 11; doubled
    near(await embeddingOf(layers, pixels), unit([8, 22]))
  })
  it('computes the same when batch normalisation is folded into kernels', async () => {
    const folded = foldBatchNorm(layers)
    assert.deepEqual(
      folded.map((layer) => layer.kind),
      ['InputLayer', 'Conv2D', 'Activation', 'Add', 'GlobalAveragePooling2D'],
    )
    near(await embeddingOf(folded, pixels), unit([8, 22]))
  })
  it('is given blue first where it was taught so', async () => {
    // The first weight now meets blue, 0: 2 · (0 + 1 − 1) / 2 = 0.
    near(await embeddingOf(layers, pixels, 'blue first'), unit([0, 22]))
  })
  it('has its weights read from a Buffer that is part of a larger one', async () => {
    const plain = bytesOfWeights(weights)
    const inside = Buffer.concat([Buffer.from([1, 2, 3]), plain, Buffer.from([4])]).subarray(
      3,
      3 + plain.length,
    )
    near(await embeddingOf(readKeras(model, inside), pixels), unit([8, 22]))
  })
})

describe('a strided 3 × 3 convolution with padding same', () => {
  const ones: Weights = { 'conv/kernel': { shape: [3, 3, 3, 1], data: new Array<number>(27).fill(1) } }
  const strided = kerasModel(ones, [
    { class: 'InputLayer', name: 'input', from: [] },
    {
      class: 'ZeroPadding2D',
      name: 'pad',
      from: ['input'],
      config: {
        padding: [
          [0, 1],
          [0, 1],
        ],
      },
    },
    { class: 'Conv2D', name: 'conv', from: ['pad'], config: { strides: [2, 2], padding: 'same' } },
    { class: 'GlobalAveragePooling2D', name: 'pool', from: ['conv'] },
  ])
  it('gives as many places as Keras, and reads without a bias', async () => {
    const graph = kerasGraph(readKeras(strided, bytesOfWeights(ones)), {
      name: 'strided',
      output: 'conv',
      size,
      means: [0, 0, 0],
      channels: 'red first',
    })
    const last = graph.nodes.find((node) => node.op === 'Conv')!
    assert.deepEqual(graph.values.get(last.output)!.shape, ['images', 1, 2, 2])
  })
})

test('shards are joined in the manifest’s order, not by name', () => {
  const paths = Array.from({ length: 11 }, (_, i) => `shard${i + 1}.bin`)
  const many = { ...model, weightsManifest: [{ ...model.weightsManifest[0]!, paths }] }
  assert.deepEqual(shardsOf(many), paths)
})

describe('a Keras model that cannot be read', () => {
  const bytes = bytesOfWeights(weights)
  const cases = [
    {
      is: 'cut short',
      read: () => readKeras(model, bytes.subarray(0, 20)),
      says: /norm\/moving_mean ends at byte 24, and there are 20/,
    },
    {
      is: 'too long',
      read: () => readKeras(model, Buffer.concat([bytes, bytes])),
      says: /its weights take 64 bytes, and there are 128/,
    },
    {
      is: 'no model at all',
      read: () => readKeras(null, bytes),
      says: /needs modelTopology, and null is without/,
    },
    {
      is: 'of a layer that nobody knows',
      read: () =>
        kerasGraph(
          readKeras(
            kerasModel({}, [
              { class: 'InputLayer', name: 'input', from: [] },
              { class: 'Lambda', name: 'mine', from: ['input'] },
            ]),
            new Uint8Array(0),
          ),
          { name: 'x', output: 'mine', size, means, channels: 'red first' },
        ),
      says: /kinds of layer are Conv2D, .*and mine is a Lambda/,
    },
  ]
  for (const { is, read, says } of cases) {
    it(`is refused with the rule and the value: ${is}`, () =>
      assert.throws(
        read,
        (error) => error instanceof Failure && error.kind === 'corrupt-data' && says.test(error.message),
      ))
  }
})
