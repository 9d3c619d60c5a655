import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { randomFrom } from '../../src/math/index.ts'
import { forecastNext } from '../../src/measure/index.ts'

const images = 400
/** Each image has its own hardness, spread evenly: a head is right on all that are easier than its accuracy. */
const taught = (labels: number, accuracy: number) => ({
  labels,
  right: Uint8Array.from({ length: images }, (_, i) => Number(i / images < accuracy)),
})
const law = (labels: number) => 1 - 2 * labels ** -0.5
const rounds = [50, 100, 150, 200].map((labels) => taught(labels, law(labels)))

describe('forecastNext', () => {
  it('finds the power law that the rounds follow', () => {
    const { gain, accuracy } = forecastNext(rounds, 100, randomFrom(1))
    assert.ok(Math.abs(gain.value - (law(300) - law(200))) < 0.005, `${gain.value}`)
    assert.ok(Math.abs(accuracy.value - law(300)) < 0.006, `${accuracy.value}`)
    assert.ok(gain.low <= law(300) - law(200) && law(300) - law(200) <= gain.high)
  })
  it('foretells nothing where nothing was gained, and its bounds hold zero', () => {
    const flat = [50, 100, 150].map((labels) => taught(labels, 0.7))
    const { gain } = forecastNext(flat, 100, randomFrom(1))
    assert.ok(Math.abs(gain.value) < 1e-9 && gain.low <= 0 && gain.high >= 0)
  })
  it('is surer with more images', () => {
    const few = rounds.map(({ labels, right }) => ({ labels, right: right.filter((_, i) => i % 10 === 0) }))
    const width = ({ low, high }: { low: number; high: number }) => high - low
    const [many, some] = [forecastNext(rounds, 100, randomFrom(1)), forecastNext(few, 100, randomFrom(1))]
    assert.ok(width(many.accuracy) < width(some.accuracy) / 2)
  })
  it('never foretells more than all right', () => {
    const steep = [taught(10, 0.5), taught(20, 0.9)]
    assert.ok(forecastNext(steep, 1000, randomFrom(1)).accuracy.high <= 1)
  })
})
