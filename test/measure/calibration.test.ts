import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matrix, placeOfLargest, randomFrom, rowOf } from '../../src/math/index.ts'
import { calibrate, fitTemperature, withTemperature } from '../../src/measure/index.ts'

const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)

/** Truth drawn from honest probabilities, which are then told `sharper` times as sure. */
function told(rows: number, sharper: number) {
  const random = randomFrom(5)
  const honest = matrix(rows, 3)
  for (let i = 0; i < rows; i++) {
    const row = rowOf(honest, i)
    const raw = [random.normal(), random.normal(), random.normal()].map((x) => Math.exp(1.5 * x))
    const sum = raw.reduce((a, b) => a + b)
    raw.forEach((x, c) => (row[c] = x / sum))
  }
  const truth = Int32Array.from({ length: rows }, (_, i) => {
    const [a, b] = rowOf(honest, i)
    const drawn = random.next()
    return drawn < a! ? 0 : drawn < a! + b! ? 1 : 2
  })
  return { truth, probabilities: withTemperature(honest, 1 / sharper) }
}

describe('temperature scaling', () => {
  for (const sharper of [0.5, 1, 2.5]) {
    it(`finds a temperature of ${sharper} that made guesses so sure`, () => {
      const { truth, probabilities } = told(4000, sharper)
      near(fitTemperature(truth, probabilities), sharper, 0.12 * sharper)
    })
  }
  it('mends the calibration of guesses that are too sure', () => {
    const { truth, probabilities } = told(2000, 2.5)
    const { before, after, temperature } = calibrate(truth, probabilities)
    assert.ok(temperature > 2)
    assert.ok(before > 0.1 && after < before / 3, `${before} became ${after}`)
  })
  it('keeps each guess, and rows that sum to 1', () => {
    const { probabilities } = told(50, 1)
    const cooler = withTemperature(probabilities, 3)
    for (let i = 0; i < 50; i++) {
      assert.equal(placeOfLargest(rowOf(cooler, i)), placeOfLargest(rowOf(probabilities, i)))
      near(
        rowOf(cooler, i).reduce((a, b) => a + b),
        1,
        1e-5,
      )
    }
  })
  it('stands with no rows, with one, and with a probability of 0', () => {
    assert.equal(fitTemperature(new Int32Array(0), matrix(0, 3)), 1)
    assert.ok(Number.isFinite(calibrate(Int32Array.of(1), matrix(1, 2, Float32Array.of(1, 0))).after))
  })
})
