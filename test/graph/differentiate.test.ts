import assert from 'node:assert/strict'
import { after, describe, it, test } from 'node:test'
import { build, differentiate, gradientOf, toOnnx, type Builder, type Value } from '../../src/graph/index.ts'
import { openRuntime, type Tensor } from '../../src/runtime/index.ts'

const runtime = openRuntime({ cores: 1, cache: 'unused' })
after(() => runtime.close())

const x: Tensor = { shape: [3], data: Float32Array.of(1, 2, 3) }

/** The gradient of a loss of three numbers x by x, where x is 1, 2, 3. */
async function slopesOf(write: (g: Builder, x: Value) => Value): Promise<number[]> {
  const g = build()
  const graph = g.graph('loss', { loss: write(g, g.input('x', 'float32', [3])) })
  const session = await runtime.open(toOnnx(differentiate(graph, 'loss', ['x'])))
  return [...(await session.run({ x }))[gradientOf('x')]!.data]
}
const sum = (g: Builder, it: Value): Value => g.reduceSum(it, [0], {})

describe('the gradient', () => {
  it('of a sum of squares is twice the numbers: a value used twice has the sum of both parts', async () => {
    assert.deepEqual(await slopesOf((g, it) => sum(g, g.mul(it, it))), [2, 4, 6])
  })
  it('follows every path to the loss', async () => {
    const write = (g: Builder, it: Value) => sum(g, g.add(g.mul(it, 3), g.relu(g.sub(it, 1.5))))
    assert.deepEqual(await slopesOf(write), [3, 4, 4])
  })
  it('is zero where the loss does not depend on a value', async () => {
    assert.deepEqual(await slopesOf((g) => g.scalar(4, 'float32')), [0, 0, 0])
  })
  it('is one where the loss is the value', async () => {
    const g = build()
    const graph = differentiate(g.graph('itself', { loss: g.input('loss', 'float32', [1]) }), 'loss', [
      'loss',
    ])
    const session = await runtime.open(toOnnx(graph))
    const out = await session.run({ loss: { shape: [1], data: Float32Array.of(5) } })
    assert.deepEqual([...out[gradientOf('loss')]!.data], [1])
  })
  it('does not enter what does not move: labels may go through comparisons', async () => {
    const write = (g: Builder, it: Value) => {
      const labels = g.cast(g.greater(g.constant(Float32Array.of(1, 0, 1), [3]), 0.5), 'float32')
      return sum(g, g.mul(it, labels))
    }
    assert.deepEqual(await slopesOf(write), [1, 0, 1])
  })
  it('needs no size of a batch that is named only', async () => {
    const g = build()
    const rows = g.input('rows', 'float32', ['n', 2])
    const weights = g.constant(Float32Array.of(1, 2), [2, 1], { name: 'weights' })
    const mean = g.reduceMean(g.matMul(rows, weights), [0, 1], {})
    const graph = differentiate(g.graph('mean', { loss: mean }), 'loss', ['weights'])
    const session = await runtime.open(toOnnx(graph))
    for (const [n, data] of [
      [1, [3, 4]],
      [2, [3, 4, 5, 8]],
    ] as const) {
      const out = await session.run({ rows: { shape: [n, 2], data: Float32Array.from(data) } })
      assert.deepEqual([...out[gradientOf('weights')]!.data], n === 1 ? [3, 4] : [4, 6])
    }
  })
})

describe('differentiation refuses', () => {
  const g = build()
  const rows = g.input('rows', 'float32', ['n', 2])
  const graph = g.graph('rows', {
    rows,
    best: g.reduceSum(g.cast(g.node('ArgMax', [rows]), 'float32'), [0, 1], {}),
  })
  it('a loss that is many numbers, and says its shape', () => {
    assert.throws(() => differentiate(graph, 'rows', ['rows']), /a loss is one number, and it is \[n, 2\]/)
  })
  it('a name that the graph has not', () => {
    assert.throws(() => differentiate(graph, 'best', ['weights']), /has no value named weights/)
  })
  it('an operator without a slope, and says why', () => {
    assert.throws(
      () => differentiate(graph, 'best', ['rows']),
      /through ArgMax.*a choice of index has slope 0/,
    )
  })
})

describe('a form of an operator that has no gradient is refused by name:', () => {
  const forms: Record<string, [(g: Builder, x: Value) => Value, RegExp]> = {
    'a Slice in steps': [
      (g, x) => g.node('Slice', [x, g.sizes([7]), g.sizes([0]), g.sizes([3]), g.sizes([-2])]),
      /its steps must be 1, and one is -2/,
    ],
    'a Pad that mirrors': [
      (g, x) => g.node('Pad', [x, g.sizes([0, 0, 1, 1, 0, 0, 1, 1])], { mode: 'reflect' }),
      /its mode must be constant, and it is reflect/,
    ],
    'a Gather of columns': [
      (g, x) => g.node('Gather', [x, g.sizes([0])], { axis: 1 }),
      /its axis must be 0, and it is 1/,
    ],
    'an AveragePool whose edges count less': [
      (g, x) => g.node('AveragePool', [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      /set count_include_pad to 1/,
    ],
    'a strided convolution of images of unknown size': [
      (g) => {
        const image = g.input('image', 'float32', [1, 1, 'h', 8])
        const kernel = g.constant(new Float32Array(9), [1, 1, 3, 3])
        return g.node('Conv', [image, kernel], { strides: [2, 2] })
      },
      /size 2 of image must be known, and it is \[1, 1, h, 8\]/,
    ],
  }
  for (const [what, [write, sentence]] of Object.entries(forms)) {
    it(what, () => {
      const g = build()
      const it = write(g, g.input('x', 'float32', [1, 2, 8, 8]))
      const graph = g.graph('form', { loss: g.reduceSum(it, [0, 1, 2, 3], {}) })
      assert.throws(() => differentiate(graph, 'loss', [...graph.inputs]), { message: sentence })
    })
  }
})

test('a differentiated graph holds nothing that its outputs do not need', () => {
  const g = build()
  const weights = g.constant(new Float32Array(6), [2, 3], { name: 'weights' })
  const y = g.matMul(g.input('x', 'float32', ['n', 2]), weights)
  const graph = differentiate(g.graph('y', { loss: g.reduceSum(y, [0, 1], {}) }), 'loss', ['weights'])
  // The gradient by x would need the weights turned.
  const turned = graph.nodes.filter((node) => node.op === 'Transpose' && node.inputs[0] === 'weights')
  assert.deepEqual(turned, [])
})
