import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { randomFrom, type Random } from '../../src/math/index.ts'
import { randomNeeds } from '../../src/measure/index.ts'

/** Right with a chance of 1 less the law's error, each image on its own. */
const drawn = (error: number, random: Random, images = 800) =>
  Uint8Array.from({ length: images }, () => Number(random.next() >= error))
const law = (labels: number) => 2 * labels ** -0.6

function forecast(truly: number, sizes: readonly number[], seed: number) {
  const random = randomFrom(seed)
  const chance = sizes.map((labels) => ({
    labels,
    draws: [1, 2, 3].map(() => drawn(law(labels), random)),
  }))
  return randomNeeds(drawn(law(truly), random), chance, random)
}

describe('randomNeeds', () => {
  it('holds what chance truly needs about 95 times in 100, where errors follow the law', () => {
    const held = Array.from({ length: 20 }, (_, seed) => forecast(400, [25, 50, 100], seed + 1))
    const count = held.filter(({ low, high }) => low <= 400 && 400 <= high).length
    assert.ok(count >= 17, `${count} of 20`)
  })
  it('is the surer the larger the sample is', () => {
    const width = (sizes: number[]) => {
      const { low, high } = forecast(400, sizes, 1)
      return Math.log(high / low)
    }
    assert.ok(width([50, 100, 200, 400]) < width([25, 50]) / 2)
  })
  it('knows no upper bound where chance hardly learns', () => {
    const random = randomFrom(1)
    const chance = [10, 20, 40].map((labels) => ({ labels, draws: [drawn(0.5, random, 60)] }))
    assert.equal(randomNeeds(drawn(0.1, random, 60), chance, random).high, Infinity)
  })
  it('gives a number where nothing was wrong', () => {
    const random = randomFrom(1)
    const perfect = new Uint8Array(100).fill(1)
    const chance = [10, 20].map((labels) => ({ labels, draws: [drawn(4 / labels, random, 100)] }))
    assert.ok(randomNeeds(perfect, chance, random).low > 20)
  })
})
