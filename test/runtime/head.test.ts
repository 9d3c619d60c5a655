import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it, test } from 'node:test'
import { toOnnx } from '../../src/graph/index.ts'
import { matrix, randomFrom, rowOf, type Matrix } from '../../src/math/index.ts'
import { headGuesses } from '../../src/nets/index.ts'
import { openRuntime, type Head, type HeadOptions } from '../../src/runtime/index.ts'

const runtime = openRuntime({ cores: 2, cache: 'unused' })
after(() => runtime.close())

type Fixture = {
  readonly classes: number
  readonly width: number
  readonly trained: number
  readonly pull: number
  readonly rows: string
  readonly labels: readonly number[]
  readonly accuracy: number
  readonly probabilities: readonly (readonly number[])[]
}
const fixtureOf = (name: string): Fixture =>
  JSON.parse(readFileSync(new URL(`fixtures/head-${name}.json`, import.meta.url), 'utf8'))

/** Bytes as rows of length one, from one row to another. */
function unitRows({ rows, width }: Fixture, from: number, to?: number): Matrix {
  const bytes = Buffer.from(rows, 'base64').subarray(from * width, to === undefined ? undefined : to * width)
  const all = matrix(bytes.length / width, width, Float32Array.from(bytes))
  for (let i = 0; i < all.rows; i++) {
    const row = rowOf(all, i)
    const length = Math.hypot(...row)
    row.forEach((value, j) => (row[j] = value / length))
  }
  return all
}

const largestAt = (row: Float32Array): number => row.indexOf(Math.max(...row))
const bytesOf = ({ weights, bias }: Head): Buffer =>
  Buffer.concat([weights.data, bias].map((part) => new Uint8Array(part.buffer)))

for (const name of ['digits', 'seven', 'wide', 'two']) {
  const fixture = fixtureOf(name)
  describe(`a head trained on scikit-learn's example "${name}"`, () => {
    const lesson = unitRows(fixture, 0, fixture.trained)
    const classOf = Int32Array.from(fixture.labels.slice(0, fixture.trained))
    const options = { classes: fixture.classes, pull: fixture.pull, seed: 1 }
    const trained = (more: Partial<HeadOptions> = {}) =>
      runtime.trainHead(lesson, classOf, { ...options, ...more })

    it('is within half a point of its accuracy', async () => {
      const rows = unitRows(fixture, fixture.trained)
      const guesses = await runtime.probabilities(await trained(), rows)
      const truth = fixture.labels.slice(fixture.trained)
      const right = truth.filter((its, i) => largestAt(rowOf(guesses, i)) === its).length
      assert.ok(Math.abs(right / truth.length - fixture.accuracy) <= 0.005, `${right} of ${truth.length}`)
    })
    it('gives its probabilities to three digits', async () => {
      const rows = unitRows(fixture, fixture.trained, fixture.trained + fixture.probabilities.length)
      const guesses = await runtime.probabilities(await trained(), rows)
      for (const [i, expected] of fixture.probabilities.flat().entries()) {
        assert.ok(Math.abs(guesses.data[i]! - expected) < 1e-3, `${guesses.data[i]} is not ${expected}`)
      }
    })
    it('comes out the same, byte for byte, whatever the seed', async () => {
      assert.deepEqual(bytesOf(await trained()), bytesOf(await trained({ seed: 2 })))
    })
    it('ends where it would have ended when it begins from another head', async () => {
      const from = {
        weights: matrix(fixture.classes, fixture.width),
        bias: new Float32Array(fixture.classes),
      }
      from.weights.data.fill(0.5)
      from.bias.fill(-1)
      const [cold, warm] = [await trained(), await trained({ from })]
      const rows = unitRows(fixture, fixture.trained)
      const [a, b] = [await runtime.probabilities(cold, rows), await runtime.probabilities(warm, rows)]
      a.data.forEach((value, i) => assert.ok(Math.abs(value - b.data[i]!) < 2e-3, `${value}, ${b.data[i]}`))
    })
  })
}

// Eight rows of three kinds: the first number says which.
const rows = matrix(8, 2, Float32Array.of(1, 0, 1, 0.1, 1, 0, 0.9, 0.1, 0, 1, 0.1, 1, 0, 1, 0.1, 0.9))
const kinds = Int32Array.of(0, 0, 0, 0, 2, 2, 2, 2)
const small = { classes: 4, pull: 0.1, seed: 1 }

test('a class without a single label is never guessed', async () => {
  const guesses = await runtime.probabilities(await runtime.trainHead(rows, kinds, small), rows)
  for (let i = 0; i < rows.rows; i++) {
    assert.equal(largestAt(rowOf(guesses, i)), kinds[i])
    assert.ok(rowOf(guesses, i)[1]! < 1e-9 && rowOf(guesses, i)[3]! < 1e-9)
  }
})
describe('a head that learns in batches', () => {
  const taught = (epochs: number, learningRate: number, more: Partial<HeadOptions> = {}) =>
    runtime.trainHead(rows, kinds, { ...small, ...more, batches: { epochs, batchSize: 3, learningRate } })
  const farFrom = (a: Head, b: Head) =>
    Math.max(...a.weights.data.map((weight, i) => Math.abs(weight - b.weights.data[i]!)))

  it('nears the head of the least loss with more epochs, and slower at a lower learning rate', async () => {
    const least = await runtime.trainHead(rows, kinds, small)
    const [slow, short, long] = [await taught(50, 0.001), await taught(50, 0.01), await taught(1500, 0.01)]
    assert.ok(farFrom(long, least) < 0.1, `${farFrom(long, least)}`)
    assert.ok(farFrom(short, least) > 2 * farFrom(long, least))
    assert.ok(farFrom(slow, least) > farFrom(short, least))
  })
  it('comes out the same, byte for byte, with the same seed alone', async () => {
    const [a, b, c] = [await taught(3, 0.1), await taught(3, 0.1), await taught(3, 0.1, { seed: 2 })]
    assert.deepEqual(bytesOf(a), bytesOf(b))
    assert.notDeepEqual(bytesOf(a), bytesOf(c))
  })
})
test('a head learns a class that the head it begins from had never seen', async () => {
  const from = await runtime.trainHead(rows, kinds, small)
  const more = kinds.with(0, 1).with(1, 1)
  const [warm, cold] = [
    await runtime.trainHead(rows, more, { ...small, from }),
    await runtime.trainHead(rows, more, small),
  ]
  warm.weights.data.forEach((weight, i) => assert.ok(Math.abs(weight - cold.weights.data[i]!) < 0.01))
})
test('probabilities of no rows are no rows', async () => {
  const head = await runtime.trainHead(rows, kinds, small)
  assert.deepEqual(await runtime.probabilities(head, matrix(0, 2)), matrix(0, 4))
})
test('a head comes back from its ONNX file as it was, and its model gives the same guesses', async () => {
  const head = await runtime.trainHead(rows, kinds, small)
  const file = runtime.headToOnnx(head)
  assert.deepEqual(runtime.headFromOnnx(file), head)
  const session = await runtime.open(file)
  assert.deepEqual([session.inputs, session.outputs], [['embedding'], ['probabilities']])
  const { probabilities } = await session.run({ embedding: { shape: [8, 2], data: rows.data } })
  assert.deepEqual(probabilities!.data, (await runtime.probabilities(head, rows)).data)
})
test('a training that is cancelled stops with the kind cancelled', async () => {
  const signal = AbortSignal.abort()
  await assert.rejects(runtime.trainHead(rows, kinds, { ...small, signal }), { kind: 'cancelled' })
})

describe('a head refuses, with the rule and the value,', () => {
  const refused: Record<string, [() => Promise<unknown>, RegExp]> = {
    'no rows': [() => runtime.trainHead(matrix(0, 2), new Int32Array(0), small), /at least one.*there are 0/],
    'fewer classes than rows': [
      () => runtime.trainHead(rows, kinds.slice(1), small),
      /8 rows need as many classes, and there are 7/,
    ],
    'a class that is not there': [
      () => runtime.trainHead(rows, kinds.with(3, 4), small),
      /from 0 to 3, and one is 4/,
    ],
    'no pull': [() => runtime.trainHead(rows, kinds, { ...small, pull: 0 }), /above 0, and it is 0/],
    'a number that is none': [
      () => runtime.trainHead(matrix(8, 2, rows.data.with(3, NaN)), kinds, small),
      /every number must be finite, and the loss is NaN/,
    ],
    'rows of another width': [
      async () => runtime.probabilities(await runtime.trainHead(rows, kinds, small), matrix(1, 3)),
      /takes rows of 2, and these have 3/,
    ],
    'to begin from a head of another width': [
      () =>
        runtime.trainHead(rows, kinds, {
          ...small,
          from: { weights: matrix(4, 3), bias: new Float32Array(4) },
        }),
      /takes rows of 3, and these have 2/,
    ],
  }
  for (const [what, [act, sentence]] of Object.entries(refused)) {
    it(what, () => assert.rejects(act(), { name: 'Failure', message: sentence }))
  }
  it('a file that is none of its own', () => {
    assert.throws(() => runtime.headFromOnnx(toOnnx(headGuesses())), /weights \[classes, width\]/)
  })
})

test('the product of two matrices is that of plain loops', async () => {
  const random = randomFrom(3)
  const filled = (count: number, width: number) => {
    const it = matrix(count, width)
    it.data.forEach((_, i) => (it.data[i] = random.normal()))
    return it
  }
  const [a, b] = [filled(7, 33), filled(5, 33)]
  const product = await runtime.matmul(a, b)
  assert.deepEqual([product.rows, product.columns], [7, 5])
  for (let i = 0; i < 7; i++) {
    for (let j = 0; j < 5; j++) {
      const sum = rowOf(a, i).reduce((total: number, value, k) => total + value * rowOf(b, j)[k]!, 0)
      assert.ok(Math.abs(product.data[i * 5 + j]! - sum) < 1e-4)
    }
  }
  assert.deepEqual(await runtime.matmul(matrix(0, 3), matrix(2, 3)), matrix(0, 2))
})
