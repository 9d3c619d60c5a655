import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { matrix, randomFrom } from '../../src/math/index.ts'
import { measureClasses, stratifiedFolds, wilson } from '../../src/measure/index.ts'

const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)

/** Four images: two wrens, of which one is taken for a robin; a robin; a crow taken for a wren. */
const report = measureClasses(
  Int32Array.of(0, 0, 1, 2),
  matrix(4, 3, Float32Array.of(0.8, 0.1, 0.1, 0.3, 0.6, 0.1, 0.1, 0.9, 0, 0.5, 0.2, 0.3)),
  ['wren', 'robin', 'crow'],
)

describe('measureClasses', () => {
  it('counts what was right', () => {
    assert.equal(report.count, 4)
    assert.equal(report.accuracy.value, 0.5)
  })
  it('puts truth in rows and guesses in columns', () =>
    assert.deepEqual(report.confusion, [
      [1, 1, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]))
  it('gives precision, recall and f1 of each class', () => {
    const [wren, robin, crow] = report.perClass
    assert.deepEqual(wren, { name: 'wren', precision: 0.5, recall: 0.5, f1: 0.5, count: 2 })
    assert.deepEqual([robin!.precision, robin!.recall], [0.5, 1])
    assert.deepEqual(crow, { name: 'crow', precision: 0, recall: 0, f1: 0, count: 1 })
    near(report.macroF1, (0.5 + 2 / 3 + 0) / 3)
  })
  it('has the log loss that the formula gives', () =>
    near(report.logLoss, -(Math.log(0.8) + Math.log(0.3) + Math.log(0.9) + Math.log(0.3)) / 4))
  it('has the calibration error that the bins give', () =>
    // Each image has a bin of its own: |1 − 0.8|, |0 − 0.6|, |1 − 0.9|, |0 − 0.5|, a quarter each.
    near(report.ece, (0.2 + 0.6 + 0.1 + 0.5) / 4))
  it('is perfect for perfect guesses', () => {
    const perfect = measureClasses(Int32Array.of(0, 1), matrix(2, 2, Float32Array.of(1, 0, 0, 1)), ['a', 'b'])
    assert.deepEqual([perfect.accuracy.value, perfect.macroF1, perfect.ece], [1, 1, 0])
    assert.ok(perfect.logLoss < 1e-6)
  })
  it('stands finite when a class was thought impossible', () =>
    assert.ok(measureClasses(Int32Array.of(1), matrix(1, 2, Float32Array.of(1, 0)), ['a', 'b']).logLoss < 17))
  it('does not average over classes that do not occur', () => {
    const { macroF1 } = measureClasses(Int32Array.of(0), matrix(1, 2, Float32Array.of(1, 0)), ['a', 'b'])
    assert.equal(macroF1, 1)
  })
  it('measures nothing without failing', () => {
    const nothing = measureClasses(new Int32Array(0), matrix(0, 2), ['a', 'b'])
    assert.deepEqual([nothing.count, nothing.macroF1, nothing.logLoss, nothing.ece], [0, 0, 0, 0])
  })
})

describe('Wilson’s interval', () => {
  it('agrees with published values', () => {
    // 8 of 10, Brown, Cai and DasGupta (2001): 0.490 to 0.943.
    const { low, high } = wilson(8, 10)
    near(low, 0.4901625, 1e-6)
    near(high, 0.9433178, 1e-6)
  })
  it('holds the share, within 0 and 1', () =>
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(1000), (a, b) => {
        const [hits, trials] = [Math.min(a, b), Math.max(a, b)]
        const { value, low, high } = wilson(hits, trials)
        assert.ok(0 <= low && low <= value && value <= high && high <= 1)
      }),
    ))
  it('says that nothing is known of nothing', () =>
    assert.deepEqual(wilson(0, 0), { value: 0, low: 0, high: 1 }))
})

test('folds hold every class in equal parts', () => {
  const classOf = Int32Array.from({ length: 103 }, (_, i) => (i < 60 ? 0 : i < 100 ? 1 : 2))
  const foldOf = stratifiedFolds(classOf, 5, randomFrom(1))
  for (let fold = 0; fold < 5; fold++) {
    const of = (c: number) => classOf.filter((k, i) => k === c && foldOf[i] === fold).length
    assert.deepEqual([of(0), of(1)], [12, 8])
    assert.ok(of(2) <= 1)
  }
})
