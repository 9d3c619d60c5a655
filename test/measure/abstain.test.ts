import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { randomFrom } from '../../src/math/index.ts'
import { abstain, auditMost, auditOf, clopperPearsonLow, surest } from '../../src/measure/index.ts'

describe('the bound of Clopper and Pearson', () => {
  // scipy.stats.beta.ppf(0.05, hits, trials - hits + 1)
  const known = [
    [59, 59, 0.950492],
    [58, 58, 0.949661],
    [59, 60, 0.92336],
    [45, 60, 0.64146],
    [0, 10, 0],
  ] as const
  for (const [hits, trials, low] of known) {
    it(`is ${low} for ${hits} of ${trials}`, () => {
      assert.ok(Math.abs(clopperPearsonLow(hits, trials) - low) < 1e-6, `${clopperPearsonLow(hits, trials)}`)
    })
  }
})

/** 1,000 labels; the confidence is the chance of being right. */
function guessesOf(seed: number, confidenceOf: (i: number) => number) {
  const random = randomFrom(seed)
  const confidence = Float32Array.from({ length: 1000 }, (_, i) => confidenceOf(i))
  const truth = Int32Array.from(confidence, (c) => (random.next() < c ? 1 : 0))
  return { guesses: { confidence, classOf: new Int32Array(1000).fill(1) }, truth, random }
}

describe('abstaining', () => {
  const half = (i: number) => (i % 2 === 0 ? 0.9999 : 0.6)

  it('keeps what is sure and sends the rest to a person', () => {
    const { guesses, truth, random } = guessesOf(1, half)
    const asked = auditOf(surest(0.95, guesses), new Map(), random)
    const verdict = abstain(0.95, guesses, new Map(Array.from(asked, (row) => [row, truth[row]!])))
    assert.equal(asked.length, auditMost)
    assert.ok(verdict.promised && verdict.bound >= 0.95, verdict.says)
    assert.ok(verdict.share >= 0.5 && verdict.share < 0.52)
    assert.match(verdict.says, /60 of 60 answers were right.* 0\.951.*50\.\d% of the images are kept/)
  })

  it('promises nothing where the answers show less, and says how much they show', () => {
    const { guesses, truth, random } = guessesOf(1, half)
    const asked = auditOf(surest(0.95, guesses), new Map(), random)
    const answers = new Map(Array.from(asked, (row, i) => [row, i < 3 ? 0 : truth[row]!]))
    const verdict = abstain(0.95, guesses, answers)
    assert.equal(verdict.kept.length, 0)
    assert.match(verdict.says, /57 of 60 .* 0\.876, not 0\.95: nothing is promised/)
  })

  it('says that 60 answers cannot show more than 0.951', () => {
    const { guesses, random } = guessesOf(1, () => 1)
    const asked = auditOf(surest(0.99, guesses), new Map(), random)
    const verdict = abstain(0.99, guesses, new Map(Array.from(asked, (row) => [row, 1])))
    assert.match(verdict.says, /not 0\.99 \(60 answers show at most 0\.951\): nothing is promised/)
  })

  it('needs no bound where everything kept was looked at', () => {
    const guesses = { confidence: Float32Array.of(1, 1, 0.2), classOf: Int32Array.of(0, 1, 0) }
    const verdict = abstain(
      0.99,
      guesses,
      new Map([
        [0, 0],
        [1, 1],
      ]),
    )
    assert.deepEqual([...verdict.kept], [0, 1])
    assert.equal(verdict.bound, 1)
  })

  it('asks nobody about what is labelled already', () => {
    const asked = auditOf(Int32Array.of(0, 1, 2), new Map([[1, 0]]), randomFrom(1))
    assert.deepEqual([...asked].sort(), [0, 2])
  })

  it('refuses a precision that is none', () => {
    assert.throws(() => surest(1.5, guessesOf(1, half).guesses), /above 0 and below 1.*not 1\.5/)
  })
})

test('where confidence flatters, a promise is broken at most 5 times in 100', () => {
  let [promises, broken] = [0, 0]
  for (let seed = 1; seed <= 1000; seed++) {
    // Said to be certain, right 93 times in 100: below the precision asked for.
    const { guesses, random } = guessesOf(seed, () => 0.93)
    const truth = Int32Array.from(guesses.classOf, () => (random.next() < 0.93 ? 1 : 0))
    const flattered = { ...guesses, confidence: new Float32Array(1000).fill(1) }
    const asked = auditOf(surest(0.95, flattered), new Map(), random)
    const verdict = abstain(0.95, flattered, new Map(Array.from(asked, (row) => [row, truth[row]!])))
    promises += Number(verdict.promised)
    const precision = truth.reduce((sum, t) => sum + t, 0) / truth.length
    broken += Number(verdict.promised && precision < 0.95)
  }
  assert.ok(promises > 0 && broken <= 50, `${broken} of ${promises} promises broken`)
})
