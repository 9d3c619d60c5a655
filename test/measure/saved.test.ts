import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { randomFrom } from '../../src/math/index.ts'
import {
  areaUnder,
  holm,
  labelsAt,
  labelsFor,
  labelsSaved,
  meanInterval,
  pairedBootstrap,
  pairedTest,
  powerLaw,
} from '../../src/measure/index.ts'

const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)
const seeded = () => ({ random: randomFrom(1) })

describe('pairedBootstrap', () => {
  it('has no width where all differences are equal', () =>
    assert.deepEqual(pairedBootstrap([2, 2, 2], seeded()), { value: 2, low: 2, high: 2 }))
  it('holds the true mean about 95 times in 100', () => {
    const random = randomFrom(3)
    let held = 0
    for (let i = 0; i < 200; i++) {
      const differences = Array.from({ length: 60 }, () => 0.3 + random.normal())
      const { low, high } = pairedBootstrap(differences, { random, draws: 200 })
      if (low <= 0.3 && 0.3 <= high) held++
    }
    assert.ok(held >= 180 && held <= 198, `${held} of 200`)
  })
  it('gives the same bounds for the same seed', () =>
    assert.deepEqual(pairedBootstrap([1, -1, 3, 2], seeded()), pairedBootstrap([1, -1, 3, 2], seeded())))
})

describe('pairedTest', () => {
  it('counts, of three differences, the sign patterns whose sum is as high', () => {
    near(pairedTest([1, 2, 3], randomFrom(1)), 1 / 8)
    // 1 + 2 − 3 = 0: of the eight sums 6 4 2 0 0 −2 −4 −6, five are 0 or more.
    near(pairedTest([1, 2, -3], randomFrom(1)), 5 / 8)
  })
  it('reaches 1 in 1,024 with ten seeds that all agree, and never 5% with four', () => {
    near(
      pairedTest(
        Array.from({ length: 10 }, (_, i) => i + 1),
        randomFrom(1),
      ),
      1 / 1024,
    )
    assert.ok(pairedTest([9, 9, 9, 9], randomFrom(1)) > 0.05)
  })
  it('draws signs where there are too many to try, and comes close', () => {
    const differences = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    near(pairedTest(differences, randomFrom(2)), 0.5627, 0.02) // ½ + half the chance of a tie, C(40, 20) / 2⁴⁰
  })
  it('says nothing of nothing', () => assert.equal(pairedTest([], randomFrom(1)), 1))
})

describe('holm', () => {
  it('corrects as worked by hand', () => {
    const corrected = holm([0.01, 0.04, 0.03, 0.005])
    for (const [i, p] of [0.03, 0.06, 0.06, 0.02].entries()) near(corrected[i]!, p)
  })
  it('never makes a chance smaller, and never above 1', () =>
    fc.assert(
      fc.property(fc.array(fc.float({ min: 0, max: 1, noNaN: true })), (chances) =>
        holm(chances).every((p, i) => p >= chances[i]! && p <= 1),
      ),
    ))
})

describe('meanInterval', () => {
  it('is that of Student', () => {
    const { value, low, high } = meanInterval([1, 2, 3])
    assert.equal(value, 2)
    near(high - 2, 4.303 / Math.sqrt(3), 1e-3)
    near(2 - low, 4.303 / Math.sqrt(3), 1e-3)
  })
  it('knows nothing from one value', () => assert.equal(meanInterval([1]).high, Infinity))
})

const session = (...accuracy: number[]) => ({ labels: accuracy.map((_, i) => 10 * (i + 1)), accuracy })

describe('labels saved', () => {
  it('reads between rounds', () => {
    near(labelsFor(session(0.5, 0.7, 0.8), 0.6)!, 15)
    assert.equal(labelsFor(session(0.5, 0.7, 0.8), 0.8), 30)
    assert.equal(labelsFor(session(0.5, 0.7), 0.9), null)
  })
  it('takes the first time where a curve falls again', () =>
    near(labelsFor(session(0.5, 0.7, 0.4, 0.9), 0.6)!, 15))
  it('claims what every seed shows', () => {
    const ours = [session(0.6, 0.8, 0.9), session(0.61, 0.81, 0.9), session(0.6, 0.8, 0.91)]
    const chance = [session(0.4, 0.6, 0.8), session(0.4, 0.61, 0.81), session(0.41, 0.6, 0.8)]
    const { saved, says } = labelsSaved(ours, chance, 0.75)
    near(saved!, 10, 0.5)
    assert.match(says, /random needs 10 more/)
  })
  it('claims nothing where intervals overlap, where a side did not come so far, or with one seed', () => {
    const a = [session(0.5, 0.7), session(0.6, 0.8)]
    const b = [session(0.55, 0.75), session(0.5, 0.7)]
    assert.match(labelsSaved(a, b, 0.65).says, /no claim.*overlap/)
    assert.match(labelsSaved(a, b, 0.78).says, /no claim.*did not come so far/)
    assert.equal(labelsSaved([session(0.9, 0.95)], [session(0.1, 0.95)], 0.9).saved, null)
  })
})

describe('areaUnder', () => {
  it('is the mean over labels', () => {
    near(areaUnder(session(0.5, 0.7, 0.9)), 0.7)
    near(areaUnder({ labels: [0, 10, 40], accuracy: [0, 1, 1] }), (5 + 30) / 40)
    assert.equal(areaUnder(session(0.5)), 0.5)
  })
})

describe('powerLaw', () => {
  it('finds the law that made the errors, and the labels for an error', () => {
    const labels = [10, 20, 40, 80]
    const law = powerLaw(
      labels,
      labels.map((n) => 2 * n ** -0.5),
    )
    near(law.d, -0.5)
    near(Math.exp(law.logC), 2)
    near(labelsAt(law, 0.1), 400, 1e-3)
  })
  it('never arrives where errors do not fall', () =>
    assert.equal(labelsAt(powerLaw([10, 20], [0.3, 0.3]), 0.1), Infinity))
})
