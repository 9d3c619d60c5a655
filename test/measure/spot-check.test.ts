import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clopperPearsonLow, wrongAtMost } from '../../src/measure/index.ts'
import { randomFrom, shuffleInto } from '../../src/math/index.ts'

describe('a spot check', () => {
  it('says how many at most are wrong of those it did not see', () => {
    assert.equal(wrongAtMost({ of: 100, checked: 100, wrong: 3 }), 3)
    assert.equal(wrongAtMost({ of: 100, checked: 0, wrong: 0 }), 100)
    assert.equal(wrongAtMost({ of: 40, checked: 20, wrong: 0 }), 4)
    assert.equal(wrongAtMost({ of: 40, checked: 20, wrong: 20 }), 40)
  })
  it('says of very many what the binomial bound says', () => {
    for (const wrong of [0, 2, 7]) {
      const share = wrongAtMost({ of: 1_000_000, checked: 60, wrong }) / 1_000_000
      assert.ok(Math.abs(share - (1 - clopperPearsonLow(60 - wrong, 60))) < 1e-4, `${wrong}: ${share}`)
    }
  })
  it('holds in 19 of 20 draws, whatever the truth', () => {
    const random = randomFrom(4)
    for (const [of, truth] of [
      [50, 4],
      [300, 12],
      [300, 90],
    ] as const) {
      const all = Uint8Array.from({ length: of }, (_, i) => Number(i < truth))
      let held = 0
      for (let draw = 0; draw < 1000; draw++) {
        const wrong = shuffleInto(all, random)
          .subarray(0, 20)
          .reduce((a, b) => a + b, 0)
        held += Number(wrongAtMost({ of, checked: 20, wrong }) >= truth)
      }
      assert.ok(held >= 935, `${held} of 1000 draws of ${truth} in ${of}`)
    }
  })
})
