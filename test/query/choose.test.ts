import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import type { ImageId } from '../../src/base/index.ts'
import { rowsOf } from '../../src/math/index.ts'
import { choose, strategies, strategyNames, type Pool } from '../../src/query/index.ts'
import { chosenBy, imagesOf, poolOf, rows, scattered, withSeed } from './pools.ts'

const birds = poolOf([
  [0.9, 0.1],
  [0.52, 0.48],
  [0.7, 0.3],
])
/** The same images, listed in another order. */
const permuted = (name: (typeof strategyNames)[number]) => async (seed: number, order: number[]) => {
  const pool = scattered(12, seed)
  const again: Pool = {
    ...pool,
    ids: order.map((i) => pool.ids[i]!),
    embeddings: rowsOf(pool.embeddings!, order),
    probabilities: rowsOf(pool.probabilities!, order),
    ensemble: pool.ensemble!.map((m) => rowsOf(m, order)),
    masked: pool.masked!.map((m) => rowsOf(m, order)),
  }
  assert.deepEqual(await imagesOf(again, name, 5, seed), await imagesOf(pool, name, 5, seed))
}

for (const name of strategyNames) {
  describe(`every strategy: ${name}`, () => {
    it('asks exactly as many as the budget, none twice', () =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.float({ min: 0, max: 1, noNaN: true })), { minLength: 1, maxLength: 40 }),
          fc.nat(),
          fc.nat(),
          async (firsts, n, seed) => {
            const pool = poolOf(firsts.map(([p]) => [p, 1 - p]))
            const budget = n % (firsts.length + 1)
            const chosen = await imagesOf(pool, name, budget, seed)
            assert.equal(chosen.length, budget)
            assert.equal(new Set(chosen).size, budget)
          },
        ),
        { numRuns: 60 },
      ))
    it('refuses a budget larger than the pool, and says both numbers', () =>
      assert.rejects(choose(birds, { strategy: name, budget: 4 }, withSeed(1)), /4 questions.*3 are left/))
    it('gives the same questions for the same seed', async () =>
      assert.deepEqual(await imagesOf(birds, name, 2, 7), await imagesOf(birds, name, 2, 7)))
    it('asks the same images however the pool is listed', () =>
      fc.assert(
        fc.asyncProperty(
          fc.nat(1000),
          fc.shuffledSubarray([...Array(12).keys()], { minLength: 12 }),
          permuted(name),
        ),
        { numRuns: 10 },
      ))
    it('asks a near duplicate only when nothing else is left', async () => {
      const twins = poolOf(
        [
          [0.5, 0.5],
          [0.5, 0.5],
          [0.9, 0.1],
        ],
        { nearTo: [null, 1 as ImageId, null] },
      )
      assert.ok((await imagesOf(twins, name, 2)).includes(3))
      assert.deepEqual((await imagesOf(twins, name, 3)).toSorted(), [1, 2, 3])
    })
    it('says why, in a sentence', () => assert.match(strategies[name].says, /^[a-z].{10,}[^.]$/))
  })
}

describe('margin', () => {
  it('asks about the closest call first', async () =>
    assert.deepEqual(await imagesOf(birds, 'margin', 2), [2, 3]))
  it('gives the two classes and how sure it is of each', async () => {
    const [choice] = await choose(birds, { strategy: 'margin', budget: 1 }, withSeed(1))
    assert.equal(choice!.reason, 'torn between wren (52%) and robin (48%)')
  })
  it('lets chance decide between ties', async () => {
    const tied = poolOf(Array.from({ length: 20 }, () => [0.5, 0.5]))
    const firsts = await Promise.all([1, 2, 3, 4, 5].map((seed) => imagesOf(tied, 'margin', 1, seed)))
    assert.ok(new Set(firsts.flat()).size > 1)
  })
})

describe('typical', () => {
  // Three heaps on a circle, of 12, 8 and 6 images; in each the first lies in the middle.
  const heap = (angle: number, size: number) =>
    Array.from({ length: size }, (_, i) => angle + (i % 2 === 0 ? 1 : -1) * i * 0.005)
  const heaps = [...heap(0, 12), ...heap(2, 8), ...heap(4, 6)].map((a) => [Math.cos(a), Math.sin(a)])

  it('asks about the middle of the largest heaps', async () => {
    const [first, second, third] = await imagesOf(poolOf(heaps), 'typical', 3)
    assert.ok(first! <= 4, `image ${first} is near the middle of the largest heap`)
    assert.ok(second! >= 13 && second! <= 16, `image ${second} is near the middle of the second`)
    assert.ok(third! >= 21 && third! <= 24, `image ${third} is near the middle of the third`)
  })
  it('passes over a heap that has a label', async () => {
    const [first] = await imagesOf(
      poolOf(heaps, {
        labelled: rows([
          [1, 0],
          [1, 0.001],
        ]),
      }),
      'typical',
      1,
    )
    assert.ok(first! >= 13)
  })
  it('says for how many images the one stands', async () => {
    const choices = await choose(poolOf(heaps), { strategy: 'typical', budget: 3 }, withSeed(1))
    assert.deepEqual(
      choices.map((c) => c.reason),
      [12, 8, 6].map((n) => `typical of ${n} similar images without a label`),
    )
  })
})

describe('filters', () => {
  it('asks nothing surer than minUncertainty leaves', async () => {
    assert.deepEqual(await chosenBy(birds, { strategy: 'margin', budget: 3, minUncertainty: 0.3 }), [2, 3])
    assert.deepEqual(await chosenBy(birds, { strategy: 'random', budget: 3, minUncertainty: 0.5 }), [])
  })
  it('asks no more a round than maxPerRound', async () =>
    assert.deepEqual(await chosenBy(birds, { strategy: 'margin', budget: 3, maxPerRound: 1 }), [2]))
})

test('random draws every image about as often', async () => {
  const counts = [0, 0, 0]
  for (let seed = 0; seed < 600; seed++) counts[(await imagesOf(birds, 'random', 1, seed))[0]! - 1]!++
  for (const count of counts) assert.ok(count > 150 && count < 250, `200 were expected, not ${count}`)
})
