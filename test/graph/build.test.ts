import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { writeOnnx } from '../../src/formats/index.ts'
import { build, fromOnnx, toOnnx, type Builder, type Value } from '../../src/graph/index.ts'

const shapeOf = (write: (g: Builder, x: Value) => Value): readonly unknown[] => {
  const g = build()
  return write(g, g.input('x', 'float32', ['n', 3, 8, 8])).shape
}

describe('shapes are inferred', () => {
  it('with sizes that are names', () => {
    assert.deepEqual(
      shapeOf((g, x) => g.node('Flatten', [x])),
      ['n', 192],
    )
    assert.deepEqual(
      shapeOf((g, x) => g.reshape(x, [-1, 64])),
      ['3*n', 64],
    )
    assert.deepEqual(
      shapeOf((g, x) => g.reshape(g.reshape(x, [-1, 64]), [-1, 192])),
      ['n', 192],
    )
    assert.deepEqual(
      shapeOf((g, x) => g.node('Concat', [x, x], { axis: 0 })),
      ['n+n', 3, 8, 8],
    )
    assert.deepEqual(
      shapeOf((g, x) => g.reshapeAs(g.node('Flatten', [x]), x)),
      ['n', 3, 8, 8],
    )
  })
  it('of windows over images whose size is a name, where it stays', () => {
    const g = build()
    const x = g.input('x', 'float32', ['n', 1, 'h', 8])
    const w = g.constant(new Float32Array(9), [1, 1, 3, 3])
    assert.deepEqual(g.node('Conv', [x, w], { pads: [1, 1, 1, 1] }).shape, ['n', 1, 'h', 8])
    assert.deepEqual(g.node('Conv', [x, w]).shape, ['n', 1, 'slid(h,3,1,0)', 6])
  })
})

describe('a graph refuses where it is written', () => {
  const refused: Record<string, [(g: Builder, x: Value) => unknown, RegExp]> = {
    'sizes that do not stretch': [
      (g, x) => g.add(x, g.constant(new Float32Array(5), [5])),
      /cannot combine \[n, 3, 8, 8\] with \[5\]: 8 and 5 differ/,
    ],
    'rows of another width': [
      (g, x) => g.matMul(x, g.constant(new Float32Array(5), [5, 1])),
      /8 and 5 differ/,
    ],
    'products of vectors': [(g) => g.matMul(g.sizes([1]), g.sizes([1])), /cannot multiply vectors/],
    'a reshape that loses numbers': [(g, x) => g.reshape(x, [-1, 7]), /do not add up/],
    'a reshape to an unknown list': [
      (g, x) => g.node('Reshape', [x, g.input('to', 'int64', [2])]),
      /to is not known/,
    ],
    'an expansion to an unknown list': [
      (g, x) => g.node('Expand', [x, g.input('to', 'int64', [2])]),
      /to is not known/,
    ],
    'axes that are not constant': [
      (g, x) => g.node('ReduceSum', [x, g.input('axes', 'int64', [1])]),
      /the axes of a sum must be constant, and axes is not/,
    ],
    'channels that no kernel awaits': [
      (g, x) => g.node('Conv', [x, g.constant(new Float32Array(18), [1, 2, 3, 3])]),
      /3 channels come and 2 are awaited/,
    ],
    'pads that are not stated': [
      (g, x) => g.node('MaxPool', [x], { kernel_shape: [2, 2], auto_pad: 'SAME_UPPER' }),
      /cannot read auto_pad SAME_UPPER/,
    ],
    'an operator that it does not know': [(g, x) => g.node('Swish', [x]), /operator Swish: .* are Add, Sub/],
    'an attribute that is none': [(g, x) => g.node('Softmax', [x], { axes: 1 }), /are axis, not axes/],
    'too few inputs': [(g, x) => g.node('MatMul', [x]), /takes 2 to 2 inputs, not 1/],
    'a name twice': [(g) => g.input('x', 'float32', [1]), /"x" is taken/],
    'a constant of another size': [
      (g) => g.constant(new Float32Array(3), [2], { name: 'w' }),
      /w: \[2\] of float32 takes 8 bytes, not 12/,
    ],
    'a cut of an unknown size': [
      (g, x) => g.slice(x, { axis: 0, from: 0, to: 1 }),
      /size 0 of x must be known, and it is \[n, 3, 8, 8\]/,
    ],
  }
  for (const [what, [write, sentence]] of Object.entries(refused)) {
    it(what, () => assert.throws(() => shapeOf((g, x) => write(g, x) as Value), { message: sentence }))
  }
})

test('a graph comes back from its ONNX file, operator by operator', () => {
  const g = build()
  const x = g.input('x', 'float32', ['n', 2, 8, 8])
  const w = g.constant(
    Float32Array.from({ length: 54 }, (_, i) => i),
    [3, 2, 3, 3],
    { name: 'w' },
  )
  const y = g.node('MaxPoolIndices', [g.relu(g.node('Conv', [x, w], { strides: [2, 2] }))], {
    kernel_shape: [2, 2],
  })
  const graph = g.graph('net', { y: g.cast(g.node('Clip', [g.cast(y, 'float32'), null, 3]), 'float16') })
  const again = fromOnnx(toOnnx(graph))
  assert.deepEqual(again.nodes, graph.nodes)
  assert.deepEqual(again.values.get('y'), graph.values.get('y'))
  assert.deepEqual(again.constants, graph.constants)
})

test('a graph is read from a view that begins anywhere, as files give it', () => {
  const g = build()
  const x = g.input('x', 'float32', ['n', 6])
  const file = toOnnx(g.graph('net', { y: g.reshape(x, [-1, 3, 2]) }))
  const view = Buffer.concat([Buffer.alloc(3), file]).subarray(3)
  assert.deepEqual(fromOnnx(view).nodes, fromOnnx(file).nodes)
})

describe('an ONNX file is refused', () => {
  const file = (node: object, opset = 20) =>
    writeOnnx({
      opset,
      name: 'net',
      inputs: [{ name: 'x', type: 'float32', shape: [2] }],
      outputs: [{ name: 'y', type: 'float32', shape: [2] }],
      constants: new Map(),
      nodes: [{ op: 'Relu', domain: '', inputs: ['x'], outputs: ['y'], attributes: {}, ...node }],
      notes: {},
    })
  const refused: Record<string, [Uint8Array, RegExp]> = {
    'of an older version of the operators': [
      file({}, 9),
      /must be of version 18 or newer, and they are of 9/,
    ],
    'with an operator of others': [file({ domain: 'ai.onnx.ml' }), /operator ai.onnx.ml.Relu/],
    'with an operator of several outputs': [file({ outputs: ['y', 'z'] }), /one output, not 2/],
    'with a value out of nowhere': [file({ inputs: ['z'] }), /nothing gives its value z/],
  }
  for (const [what, [bytes, sentence]] of Object.entries(refused)) {
    it(what, () => assert.throws(() => fromOnnx(bytes), { message: sentence }))
  }
})
