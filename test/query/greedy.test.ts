// Greedy choices against brute force: the same value as the plain greedy, and never below its promise.
import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import { diagonalOf, rowOf, type Matrix } from '../../src/math/index.ts'
import { smoothReach } from '../../src/query/coverage.ts'
import { herd, likenessesOf } from '../../src/query/herding.ts'
import { largest } from '../../src/query/order.ts'
import { margin } from '../../src/query/scores.ts'
import { squaredToNearest, type Pool, type Products } from '../../src/query/index.ts'
import { imagesOf, scattered, withSeed } from './pools.ts'

const squared = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0)
const rowsIn = (m: Matrix) => Array.from({ length: m.rows }, (_, i) => rowOf(m, i))

/** All sets of so many of 0…of−1. */
function subsets(of: number, size: number, from = 0): number[][] {
  if (size === 0) return [[]]
  return Array.from({ length: of - from }, (_, i) => from + i).flatMap((first) =>
    subsets(of, size - 1, first + 1).map((rest) => [first, ...rest]),
  )
}
/** What a plain greedy choice reaches, trying every image each time. */
function greedy(of: number, size: number, value: (set: readonly number[]) => number): number[] {
  const chosen: number[] = []
  while (chosen.length < size) {
    const open = Array.from({ length: of }, (_, i) => i).filter((i) => !chosen.includes(i))
    const worth = open.map((i) => value([...chosen, i]))
    chosen.push(open[worth.indexOf(Math.max(...worth))]!)
  }
  return chosen
}
const promise = 1 - 1 / Math.E
const count = 9
const scenes = fc.record({ seed: fc.nat(1_000_000), budget: fc.integer({ min: 1, max: 4 }) })
const holds = (run: (scene: { seed: number; budget: number }) => Promise<void>, numRuns = 40) =>
  fc.assert(fc.asyncProperty(scenes, run), { numRuns })
const places = (images: readonly number[]) => images.map((id) => id - 1)
const withLabels = (seed: number): Pool => ({
  ...scattered(count, seed),
  labelled: scattered(2, seed + 1).embeddings,
})

describe('k-center', () => {
  const radius = (pool: Pool, set: readonly number[]) => {
    const points = rowsIn(pool.embeddings!)
    const centres = [...set.map((i) => points[i]!), ...(pool.labelled ? rowsIn(pool.labelled) : [])]
    return Math.max(...points.map((p) => Math.sqrt(Math.min(...centres.map((c) => squared(p, c))))))
  }
  it('leaves no image farther than twice the best radius there is', () =>
    holds(async ({ seed, budget }) => {
      const pool = scattered(count, seed)
      const chosen = places(await imagesOf(pool, 'k-center', budget))
      const best = Math.min(...subsets(count, budget).map((set) => radius(pool, set)))
      assert.ok(radius(pool, chosen) <= 2 * best + 1e-5)
    }))
  it('always takes the image that is farthest from all labelled and chosen', () =>
    holds(async ({ seed, budget }) => {
      const pool = withLabels(seed)
      const points = rowsIn(pool.embeddings!)
      const far = (i: number, set: readonly number[]) =>
        Math.min(
          ...[...set.map((j) => points[j]!), ...rowsIn(pool.labelled!)].map((c) => squared(points[i]!, c)),
        )
      const chosen = places(await imagesOf(pool, 'k-center', budget))
      for (const [turn, i] of chosen.entries()) {
        const before = chosen.slice(0, turn)
        const farthest = Math.max(...points.map((_, j) => far(j, before)))
        assert.ok(Math.abs(far(i, before) - farthest) < 1e-5)
      }
    }))
  it('begins in the middle where nothing is labelled', async () => {
    const pool = scattered(count, 3)
    const mean = Array.from({ length: 4 }, (_, c) =>
      rowsIn(pool.embeddings!).reduce((s, p) => s + p[c]! / count, 0),
    )
    const [first] = places(await imagesOf(pool, 'k-center', 1))
    const gaps = rowsIn(pool.embeddings!).map((p) => squared(p, mean))
    assert.equal(first, gaps.indexOf(Math.min(...gaps)))
  })
})

describe('herding', () => {
  const covered =
    (pool: Pool, of: { weights: ArrayLike<number>; reach: number }) => (set: readonly number[]) => {
      const points = rowsIn(pool.embeddings!)
      const all = [...set.map((i) => points[i]!), ...(pool.labelled ? rowsIn(pool.labelled) : [])]
      const likeness = (p: Float32Array) => Math.max(...all.map((c) => Math.exp(-squared(p, c) / of.reach)))
      return points.reduce((sum, p, i) => sum + of.weights[i]! * likeness(p), 0)
    }
  const powerOfDoubt = { maxherding: 0, uherding: 1, doubtherding: 2 } as const
  for (const name of ['maxherding', 'uherding', 'doubtherding'] as const) {
    it(`${name} covers as much as the plain greedy, and 63% of the best`, () =>
      holds(async ({ seed, budget }) => {
        const pool = seed % 2 === 0 ? scattered(count, seed) : withLabels(seed)
        const weights = margin(pool.probabilities!).map((doubt) => doubt ** powerOfDoubt[name])
        const value = covered(pool, { weights, reach: await smoothReach(pool, withSeed(1)) })
        const chosen = value(places(await imagesOf(pool, name, budget)))
        assert.ok(Math.abs(chosen - value(greedy(count, budget, value))) < 1e-4)
        assert.ok(chosen >= promise * Math.max(...subsets(count, budget).map(value)) - 1e-5)
      }))
  }
  it('chooses alike where nearest distances and products are known beforehand', () =>
    holds(async ({ seed, budget }) => {
      const pool = withLabels(seed)
      const rows = pool.embeddings!
      const square = await withSeed(1).matmul(rows, rows)
      const products: Products = {
        size: rows.rows,
        lengths: diagonalOf(square),
        rowInto: (row, index) => row.set(rowOf(square, index).subarray(0, row.length)),
      }
      const nearest = await squaredToNearest(rows, pool.labelled, withSeed(1))
      // A twin is left out of the choice, and its products with it.
      const nearTo = pool.ids.map((_, i) => (i === 1 ? pool.ids[0]! : null))
      const plain = await imagesOf({ ...pool, nearTo }, 'doubtherding', budget)
      assert.deepEqual(await imagesOf({ ...pool, nearTo, nearest, products }, 'doubtherding', budget), plain)
    }))
  it('counts how many each stands for', async () => {
    const { embeddings } = scattered(count, 1)
    const [candidates, others] = [embeddings!, embeddings!]
    const likenesses = await likenessesOf({ candidates, others }, (d) => Math.exp(-d), withSeed(1))
    const crowd = { weights: new Float32Array(count).fill(1), covered: new Float32Array(count) }
    const { order, flock } = herd({ likenesses, ...crowd }, 2)
    assert.equal(flock.get(order[0]!), count)
    assert.ok(flock.get(order[1]!)! < count)
  })
})

test('BatchBALD learns as much as the plain greedy, and 63% of the best', () =>
  holds(async ({ seed, budget }) => {
    const pool = scattered(7, seed)
    const value = (set: readonly number[]) => informationOf(pool, set)
    const chosen = value(places(await imagesOf(pool, 'batch-bald', Math.min(3, budget))))
    const size = Math.min(3, budget)
    assert.ok(Math.abs(chosen - value(greedy(7, size, value))) < 1e-4)
    assert.ok(chosen >= promise * Math.max(...subsets(7, size).map(value)) - 1e-5)
  }, 25))

/** H(y₁…yₙ) − Σ mean H(yᵢ | head), every joint answer written out. */
function informationOf(pool: Pool, set: readonly number[]): number {
  const heads = pool.ensemble!
  const classes = heads[0]!.columns
  let nats = 0
  for (let answer = 0; answer < classes ** set.length; answer++) {
    const byHead = heads.map((head) =>
      set.reduce(
        (p, image, turn) => p * rowOf(head, image)[Math.floor(answer / classes ** turn) % classes]!,
        1,
      ),
    )
    const p = byHead.reduce((sum, value) => sum + value, 0) / heads.length
    if (p > 0) nats -= p * Math.log(p)
  }
  const own = (p: Float32Array) =>
    p.reduce((sum, value) => (value > 0 ? sum - value * Math.log(value) : sum), 0)
  return (
    nats -
    set.reduce((sum, i) => sum + heads.reduce((s, head) => s + own(rowOf(head, i)), 0) / heads.length, 0)
  )
}

test('a determinantal batch has the determinant of the plain greedy', () =>
  holds(async ({ seed, budget }) => {
    const pool = scattered(count, seed)
    const points = rowsIn(pool.embeddings!)
    const quality = margin(pool.probabilities!).map((unsure) => 0.05 + unsure)
    const value = (set: readonly number[]) =>
      determinant(
        set.map((i) =>
          set.map((j) => quality[i]! * quality[j]! * Math.exp(-squared(points[i]!, points[j]!))),
        ),
      )
    const chosen = value(places(await imagesOf(pool, 'dpp', budget)))
    assert.ok(Math.abs(chosen / value(greedy(count, budget, value)) - 1) < 1e-2)
  }))

function determinant(m: readonly (readonly number[])[]): number {
  if (m.length === 0) return 1
  const [first, ...rest] = m
  return first!.reduce(
    (sum, x, i) =>
      sum + (i % 2 === 0 ? x : -x) * determinant(rest.map((row) => row.filter((_, j) => j !== i))),
    0,
  )
}

test('the largest are those that sorting would give', () =>
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(20), (values, size) => {
      const found = Array.from(largest(values, size), (i) => values[i]!).sort((a, b) => b - a)
      assert.deepEqual(found, values.toSorted((a, b) => b - a).slice(0, size))
    }),
  ))
