import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { toOnnx } from '../../src/graph/index.ts'
import { headCurvature, headGuesses, headLesson, headModel, headNames } from '../../src/nets/index.ts'
import { openRuntime } from '../../src/runtime/index.ts'

const runtime = openRuntime({ cores: 1, cache: 'unused' })
after(() => runtime.close())

const weights = { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }
const bias = { shape: [2], data: Float32Array.of(0, 0) }
const rows = { shape: [2, 2], data: Float32Array.of(Math.log(3), 0, 0, 0) }
const near = (given: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => assert.ok(Math.abs(given[i]! - value) < 1e-5, `${given[i]} is not ${value}`))

test('the head guesses by odds: e to the power of what each class scores', async () => {
  const session = await runtime.open(toOnnx(headGuesses()))
  const { probabilities } = await session.run({ rows, weights, bias })
  near(probabilities!.data, [0.75, 0.25, 0.5, 0.5])
})
test('the lesson gives each loss, and as gradient how far the guesses are from the answers, times the rows', async () => {
  const session = await runtime.open(toOnnx(headLesson()))
  const answers = { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }
  const out = await session.run({ rows, weights, bias, answers })
  near(out[headNames.losses]!.data, [-Math.log(0.75), -Math.log(0.5)])
  near(out[headNames.byBias]!.data, [-0.25 + 0.5, 0.25 - 0.5])
  near(out[headNames.byWeights]!.data, [-0.25 * Math.log(3), 0, 0.25 * Math.log(3), 0])
})
test('the inverse curvature undoes the curvature and the ridge', async () => {
  const session = await runtime.open(toOnnx(headCurvature()))
  const { inverse } = await session.run({
    rows: { shape: [2, 1], data: Float32Array.of(1, -1) },
    ones: { shape: [2, 1], data: Float32Array.of(1, 1) },
    scale: { shape: [], data: Float32Array.of(0.5) },
    ridge: { shape: [2, 2], data: Float32Array.of(1, 0, 0, 3) },
  })
  near(inverse!.data, [1 / 2, 0, 0, 1 / 4])
})
test('the model that others open carries its weights', async () => {
  const model = headModel({ classes: 2, width: 2, weights: weights.data, bias: bias.data })
  const session = await runtime.open(toOnnx(model))
  const { probabilities } = await session.run({ embedding: rows })
  near(probabilities!.data, [0.75, 0.25, 0.5, 0.5])
})
