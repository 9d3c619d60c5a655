import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import * as fc from 'fast-check'
import type { ImageId } from '../../src/base/index.ts'
import { randomFrom, rowOf, type Matrix } from '../../src/math/index.ts'
import { bootstrap, choose, emptyPool, masked, type Pool } from '../../src/query/index.ts'
import { sampleRows } from '../../src/query/sampled.ts'
import { imagesOf, poolOf, rows, scattered, withSeed } from './pools.ts'

const seeds = 600
/** How often each image is drawn at a turn, over many seeds. */
async function drawn(pool: Pool, name: 'badge' | 'k-means++', turn: number): Promise<number[]> {
  const counts = pool.ids.map(() => 0)
  for (let seed = 0; seed < seeds; seed++) counts[(await imagesOf(pool, name, turn + 1, seed))[turn]! - 1]!++
  return counts.map((n) => n / seeds)
}
const about = (given: readonly number[], expected: readonly number[]) =>
  expected.forEach((share, i) => {
    const error = 4 * Math.sqrt((share * (1 - share)) / seeds) + 1e-9
    assert.ok(Math.abs(given[i]! - share) <= error, `image ${i + 1}: ${given[i]} is not about ${share}`)
  })

describe('drawing apart', () => {
  // On a line at 0, 1 and 3; a label at 0.
  const line = poolOf([[0], [1], [3]], { labelled: rows([[0]]), classNames: ['wren'] })

  it('k-means++ draws first by the squared distance to what is labelled', async () =>
    about(await drawn(line, 'k-means++', 0), [0, 1 / 10, 9 / 10]))
  it('and next by the distance that is left', async () =>
    // After 3 comes 1 (only 0 is nearer to a chosen one), after 1 comes 3.
    about(await drawn(line, 'k-means++', 1), [0, 9 / 10, 1 / 10]))
  it('BADGE begins with the longest gradient, then draws by squared distance of gradients', async () => {
    const pool = poolOf(
      [
        [0.5, 0.5],
        [0.9, 0.1],
        [0.6, 0.4],
        [0.8, 0.2],
      ],
      {
        embeddings: rows([
          [1, 0],
          [1, 0],
          [0, 1],
          [0, 1],
        ]),
      },
    )
    about(await drawn(pool, 'badge', 0), [1, 0, 0, 0])
    const gradients = pool.ids.map((_, i) => gradientOf(pool, i))
    const gaps = gradients.map((g) => g.reduce((sum, x, j) => sum + (x - gradients[0]![j]!) ** 2, 0))
    const total = gaps.reduce((sum, gap) => sum + gap, 0)
    about(
      await drawn(pool, 'badge', 1),
      gaps.map((gap) => gap / total),
    )
  })
})

/** (p − e_best) ⊗ x, written out. */
function gradientOf(pool: Pool, image: number): number[] {
  const p = rowOf(pool.probabilities!, image)
  const best = p.indexOf(Math.max(...p))
  const x = Array.from(rowOf(pool.embeddings!, image))
  return Array.from(p).flatMap((value, c) => x.map((v) => (value - (c === best ? 1 : 0)) * v))
}

describe('BAIT', () => {
  /** tr(M⁻¹ F) in two dimensions, by the inverse as in school. */
  const error = (pool: Pool, set: readonly number[]) => {
    const doubt = pool.ids.map((_, i) => 1 - rowOf(pool.probabilities!, i).reduce((s, p) => s + p * p, 0))
    const sum = (of: readonly number[]) =>
      of.reduce(
        ([a, b, d], i) => {
          const [x, y] = rowOf(pool.embeddings!, i)
          return [a! + doubt[i]! * x! * x!, b! + doubt[i]! * x! * y!, d! + doubt[i]! * y! * y!]
        },
        [0, 0, 0],
      )
    const [fa, fb, fd] = sum([...pool.ids.keys()])
    const [a, b, d] = sum(set) as [number, number, number]
    const [ma, md] = [a + 1, d + 1]
    return (md * fa! - 2 * b * fb! + ma * fd!) / (ma * md - b * b)
  }
  it('leaves hardly more error than the best batch, and never more than one by chance', () =>
    fc.assert(
      fc.asyncProperty(fc.nat(10_000), async (seed) => {
        const pool = scattered(8, seed, { width: 2 })
        const chosen = error(
          pool,
          (await imagesOf(pool, 'bait', 3)).map((id) => id - 1),
        )
        const all = pool.ids.flatMap((_, a) =>
          pool.ids.flatMap((__, b) =>
            pool.ids.flatMap((___, c) => (a < b && b < c ? [error(pool, [a, b, c])] : [])),
          ),
        )
        assert.ok(chosen <= Math.min(...all) * 1.05, `${chosen} and ${Math.min(...all)}`)
        assert.ok(chosen <= all.reduce((s, e) => s + e, 0) / all.length + 1e-6)
      }),
      { numRuns: 40 },
    ))
})

describe('covering balls', () => {
  it('take the middle of the largest heap first, then that of the next', async () => {
    const heap = (at: number, size: number) =>
      Array.from({ length: size }, (_, i) => [at + 0.01 * (i - (size >> 1)), 1])
    const pool = poolOf([...heap(0, 9), ...heap(5, 5)], { classNames: ['wren', 'robin'] })
    const [first, second] = await imagesOf(pool, 'probcover', 2)
    assert.ok(first! <= 9 && second! > 9, `${first} and ${second}`)
  })
})

describe('one of each cluster', () => {
  // Two heaps of three; in each one image is torn.
  const pool = poolOf(
    [
      [0.9, 0.1],
      [0.55, 0.45],
      [0.8, 0.2],
      [0.1, 0.9],
      [0.2, 0.8],
      [0.45, 0.55],
    ],
    { embeddings: rows([[0], [0.1], [0.2], [9], [9.1], [9.2]]) },
  )
  it('clusters asks the closest call of each', async () =>
    assert.deepEqual((await imagesOf(pool, 'clusters', 2)).toSorted(), [2, 6]))
  it('clue asks the image nearest to where the unsure ones pull', async () => {
    const chosen = (await imagesOf(pool, 'clue', 2)).toSorted()
    assert.deepEqual(chosen, [2, 5])
  })
  it('dropquery asks only where guesses change, as long as there are enough', async () => {
    const flipped = rows([
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
      [0, 1],
    ])
    const chosen = await imagesOf(
      { ...pool, masked: [flipped, flipped, pool.probabilities!] },
      'dropquery',
      3,
    )
    assert.deepEqual(chosen.toSorted(), [1, 2, 3])
  })
})

describe('minding classes', () => {
  const pool = poolOf(
    [
      [0.9, 0.1],
      [0.6, 0.4],
      [0.7, 0.3],
      [0.8, 0.2],
      [0.2, 0.8],
      [0.1, 0.9],
    ],
    { labelled: rows([[1, 0]]), labels: Int32Array.of(0) },
  )
  it('class-balanced asks of the class with the fewest labels, its closest call', async () =>
    assert.deepEqual(await imagesOf(pool, 'class-balanced', 3), [5, 2, 6]))
  it('stratified gives each guessed class its share', async () => {
    const chosen = await imagesOf(pool, 'stratified', 3)
    assert.equal(chosen.filter((id) => id <= 4).length, 2)
  })
})

test('density prefers, of equally unsure images, the one like all others', async () => {
  const pool = poolOf(
    [
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ],
    {
      embeddings: rows([
        [1, 0],
        [0.9, 0.1],
        [0, 1],
        [1, 0.1],
      ]),
    },
  )
  assert.notEqual((await imagesOf(pool, 'density', 1))[0], 3)
  assert.equal((await imagesOf(pool, 'density', 4)).at(-1), 3)
})

test('a large pool is looked at by an even draw, and every question is still an image of it', async () => {
  const count = sampleRows + 500
  const { normal } = randomFrom(1)
  const pool: Pool = {
    ...emptyPool,
    ids: Array.from({ length: count }, (_, i) => (i + 1) as ImageId),
    nearTo: Array.from({ length: count }, () => null),
    embeddings: rows(Array.from({ length: count }, () => [normal()])),
  }
  const choices = await choose(pool, { strategy: 'typical', budget: 4 }, withSeed(1))
  assert.equal(new Set(choices.map((c) => c.image)).size, 4)
  for (const { reason } of choices) assert.match(reason, /^typical of \d+ similar images without a label$/)
})

describe('what makes several heads of one', () => {
  it('draws labels anew within each class', () =>
    fc.assert(
      fc.property(fc.array(fc.nat(3)), fc.nat(), (classOf, seed) => {
        const again = Array.from(bootstrap(classOf, randomFrom(seed)), (i) => classOf[i])
        assert.deepEqual(again, classOf)
      }),
    ))
  it('hides three quarters of the numbers, and makes up for them', () => {
    const ones: Matrix = rows(Array.from({ length: 100 }, () => Array.from({ length: 99 }, () => 1)))
    const { data } = masked(ones, randomFrom(1))
    const mean = data.reduce((sum, x) => sum + x, 0) / data.length
    assert.ok(data.every((x) => x === 0 || x === 4))
    assert.ok(Math.abs(mean - 1) < 0.07, `the mean is ${mean}`)
  })
})
