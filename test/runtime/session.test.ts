import assert from 'node:assert/strict'
import { after, describe, it, test } from 'node:test'
import { build, toOnnx, type Builder, type Value } from '../../src/graph/index.ts'
import { openRuntime, type Session, type Tensor } from '../../src/runtime/index.ts'

const runtime = openRuntime({ cores: 2, cache: 'unused' })
after(() => runtime.close())

const open = (
  type: 'float32' | 'int32' | 'uint8',
  write: (g: Builder, x: Value) => Value,
): Promise<Session> => {
  const g = build()
  return runtime.open(toOnnx(g.graph('model', { y: write(g, g.input('x', type, ['n'])) })))
}

describe('a session takes and gives', () => {
  const kinds: Record<string, [type: 'float32' | 'int32' | 'uint8', x: Tensor['data']]> = {
    float32: ['float32', Float32Array.of(1.5, 2)],
    int32: ['int32', Int32Array.of(-1, 2)],
    uint8: ['uint8', Uint8Array.of(0, 255)],
  }
  for (const [name, [type, data]] of Object.entries(kinds)) {
    it(name, async () => {
      const session = await open(type, (g, x) => g.node('Identity', [x]))
      assert.deepEqual([session.inputs, session.outputs], [['x'], ['y']])
      assert.deepEqual((await session.run({ x: { shape: [2], data } }))['y'], { shape: [2], data })
    })
  }
  it('any number of rows where a size is a name', async () => {
    const session = await open('uint8', (g, x) => g.div(g.cast(x, 'float32'), 255))
    for (const n of [1, 5]) {
      const { y } = await session.run({ x: { shape: [n], data: new Uint8Array(n).fill(51) } })
      assert.deepEqual(y!.data, new Float32Array(n).fill(Math.fround(0.2)))
    }
  })
})

test('the same feeds give the same bytes, in another session too', async () => {
  const g = build()
  const rows = g.input('x', 'float32', ['n', 96])
  const model = toOnnx(g.graph('gram', { y: g.node('LogSoftmax', [g.gemm(rows, rows, { transA: 1 })]) }))
  const data = Float32Array.from({ length: 700 * 96 }, (_, i) => Math.sin(i * i))
  const runs: unknown[] = []
  for (let i = 0; i < 2; i++) {
    const session = await runtime.open(model)
    for (let j = 0; j < 2; j++) runs.push((await session.run({ x: { shape: [700, 96], data } }))['y']!.data)
    await session.close()
  }
  for (const run of runs) assert.deepEqual(run, runs[0])
})

describe('a session refuses', () => {
  it('bytes that are no model', () =>
    assert.rejects(runtime.open(Uint8Array.of(1, 2, 3)), {
      kind: 'bad-input',
      message: /cannot load the ONNX/,
    }))
  it('fewer numbers than the shape says', async () => {
    const session = await open('float32', (g, x) => g.relu(x))
    const x = { shape: [3], data: new Float32Array(2) }
    await assert.rejects(session.run({ x }), /input x of \[3\] takes 3 numbers, and 2 were given/)
  })
  it('to give numbers that our tensors do not hold', async () => {
    const session = await open('float32', (g, x) => g.cast(x, 'int64'))
    await assert.rejects(session.run({ x: { shape: [1], data: new Float32Array(1) } }), /y.*they are int64/)
  })
})

test('closing twice is closing once', async () => {
  const session = await open('float32', (g, x) => g.relu(x))
  await session.close()
  await session.close()
})
