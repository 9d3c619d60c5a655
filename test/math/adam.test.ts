import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { descend, randomFrom } from '../../src/math/index.ts'

/** Mean over some targets of (x − target)² / 2: its floor lies at their mean. */
const targets = Float64Array.of(1, 2, 3, 6)
const of = async (places: Int32Array, at: Float64Array) => {
  const apart = Array.from(places, (place) => at[0]! - targets[place]!)
  const mean = (values: readonly number[]) => values.reduce((sum, v) => sum + v, 0) / values.length
  return { value: mean(apart.map((a) => (a * a) / 2)), gradient: Float64Array.of(mean(apart)) }
}
const how = { epochs: 2000, batchSize: 4, learningRate: 0.05, count: 4 }

describe('descend', () => {
  it('comes to the floor of the mean, and moves at most by the learning rate in a step', async () => {
    const start = Float64Array.of(0)
    const [first] = await descend(of, start, { ...how, epochs: 1, random: randomFrom(1) })
    assert.ok(Math.abs(first! - 0.05) < 1e-6, `${first}`)
    const [last] = await descend(of, start, { ...how, random: randomFrom(1) })
    assert.ok(Math.abs(last! - 3) < 1e-3, `${last}`)
    assert.equal(start[0], 0)
  })
  it('shows every row once an epoch, in an order that the seed alone decides', async () => {
    const seen: number[][] = []
    const noting = (places: Int32Array, at: Float64Array) => {
      seen.push([...places])
      return of(places, at)
    }
    const once = (seed: number) =>
      descend(noting, Float64Array.of(0), { ...how, epochs: 3, batchSize: 3, random: randomFrom(seed) })
    const [a, b] = [await once(1), await once(1)]
    assert.deepEqual(a, b)
    const epochs = [0, 1, 2].map((epoch) => seen.slice(2 * epoch, 2 * epoch + 2))
    for (const epoch of epochs) {
      assert.deepEqual(
        epoch.map((batch) => batch.length),
        [3, 1],
      )
      assert.deepEqual(epoch.flat().sort(), [0, 1, 2, 3])
    }
    assert.notDeepEqual(await once(2), a)
  })
})
