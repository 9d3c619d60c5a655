import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { matrix } from '../../src/math/index.ts'
import { choose, scoreNames, scores, usualWeights, type Pool, type ScoreName } from '../../src/query/index.ts'
import { entropies } from '../../src/query/entropy.ts'
import type { Score } from '../../src/query/scores.ts'
import { chosenBy, poolOf, rows, scattered, withSeed } from './pools.ts'

const near = (given: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => assert.ok(Math.abs(given[i]! - value) < 1e-6, `${given[i]} is not ${value}`))
const scored = (name: ScoreName, pool: Pool): Float32Array => {
  const score: Score = scores[name]
  return score.of(pool, usualWeights)
}

// One sure image, one between two classes, one between three.
const three = poolOf([
  [1, 0, 0],
  [0.5, 0.5, 0],
  [0.5, 0.3, 0.2],
])
// Two heads: they agree on the first image, are each sure of another class on the second, waver on the third.
const heads = [
  rows([
    [1, 0],
    [1, 0],
    [0.5, 0.5],
  ]),
  rows([
    [1, 0],
    [0, 1],
    [0.5, 0.5],
  ]),
]
const torn = poolOf(
  [
    [1, 0],
    [0.5, 0.5],
    [0.5, 0.5],
  ],
  { ensemble: heads },
)

describe('scores, worked by hand', () => {
  it('least confidence is what the best guess lacks', () =>
    near(scored('least-confidence', three), [0, 0.5, 0.5]))
  it('margin is 1 less the lead of the best', () => near(scored('margin', three), [0, 1, 0.8]))
  it('entropy is over that of no idea', () => {
    const nats = 0.5 * Math.log(2) + 0.3 * Math.log(1 / 0.3) + 0.2 * Math.log(5)
    near(scored('entropy', three), [0, Math.log(2) / Math.log(3), nats / Math.log(3)])
  })
  it('BALD sees that heads are sure of different classes, not that each wavers', () =>
    near(scored('bald', torn), [0, 1, 0]))
  it('a variation ratio is the share of votes that the winner lacks', () =>
    near(scored('variation-ratio', torn), [0, 0.5, 0]))
  it('disagreement is the entropy of the votes', () => near(scored('disagreement', torn), [0, 1, 0]))
  it('combined weighs confidence, entropy and variance by 0.4, 0.3 and 0.3', () =>
    near(scored('combined', torn), [0, 0.4 * 0.5 + 0.3 + 0.3, 0.4 * 0.5 + 0.3]))
  it('and by other weights where they are given', () =>
    near(scores.combined.of(torn, { confidence: 1, entropy: 0, variance: 1 }), [0, (0.5 + 1) / 2, 0.5 / 2]))
  it('cost-aware divides doubt by price', () =>
    near(scored('cost-aware', { ...three, costs: Float32Array.of(1, 4, 2) }), [0, 0.25, 0.4]))
})

test('every score lies between 0 and 1', () =>
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const pool = scattered(20, seed)
      for (const name of scoreNames)
        for (const score of scored(name, pool)) assert.ok(score >= 0 && score <= 1, `${name} gave ${score}`)
    }),
    { numRuns: 20 },
  ))
test('a score ranks its highest first', async () =>
  assert.deepEqual(await chosenBy(torn, { strategy: 'bald', budget: 1 }), [2]))
test('heads that disagree are told in words', async () => {
  const [choice] = await choose(torn, { strategy: 'bald', budget: 1 }, withSeed(1))
  assert.equal(choice!.reason, '2 heads disagree: 50% wren, 50% robin')
})
test('one class is no doubt at all', () =>
  near(scored('margin', { ...three, probabilities: matrix(1, 1, Float32Array.of(1)) }), [0]))
test('entropies by table are those by the logarithm', () =>
  fc.assert(
    fc.property(fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (values) => {
      const given = matrix(1, values.length, Float32Array.from(values))
      const nats = given.data.reduce((sum, p) => (p > 0 ? sum - p * Math.log(p) : sum), 0)
      assert.ok(Math.abs(entropies(given)[0]! - nats) < 1e-6 * Math.max(1, nats))
    }),
  ))
