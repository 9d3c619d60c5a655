import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { hdbscan, type Clustering } from '../../src/cluster/index.ts'
import { matrix, multiply, randomFrom, type Matrix } from '../../src/math/index.ts'

type Case = {
  readonly name: string
  readonly selection: 'excess of mass' | 'leaf'
  readonly smallest: number
  readonly rows: number
  readonly columns: number
  readonly data: readonly number[] | null
  readonly labels: readonly number[]
  /** Points whose place depends on the order of equal weights: the reference differs from itself. */
  readonly ties: readonly number[]
  readonly membership: readonly number[]
  readonly outlierness: readonly number[]
}
const file = new URL('fixtures/hdbscan.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[]
const tools = { matmul: async (a: Matrix, b: Matrix) => multiply(a, b) }

/** The same groups, whatever their numbers. */
function assertSameGroups(
  found: ArrayLike<number>,
  wanted: readonly number[],
  ties: readonly number[] = [],
): void {
  const pairs = new Map<number, number>([[-1, -1]])
  for (const [i, want] of wanted.entries()) {
    if (ties.includes(i)) continue
    const held = pairs.get(found[i]!) ?? want
    assert.equal(
      held,
      want,
      `point ${i} is in group ${found[i]}, which was ${held}, and the reference says ${want}`,
    )
    pairs.set(found[i]!, want)
  }
  assert.equal(pairs.size, new Set([-1, ...wanted]).size)
}

describe('hdbscan gives what the reference implementation gives', () => {
  for (const it_ of cases) {
    const data = (it_.data ?? cases.find((c) => c.name === it_.name)!.data)!
    const rows = matrix(it_.rows, it_.columns, Float32Array.from(data))
    it(`${it_.name}, ${it_.selection}`, async () => {
      const found: Clustering = await hdbscan(rows, it_, tools)
      assertSameGroups(found.clusterOf, it_.labels, it_.ties)
      for (const [i, want] of it_.membership.entries()) {
        if (it_.ties.includes(i)) continue
        assert.ok(
          Math.abs(found.membership[i]! - want) < 1e-4,
          `membership of ${i}: ${found.membership[i]}, not ${want}`,
        )
        const [outlier, wanted] = [found.outlierness[i]!, it_.outlierness[i]!]
        assert.ok(Math.abs(outlier - wanted) < 1e-4, `outlierness of ${i}: ${outlier}, not ${wanted}`)
      }
    })
  }
})

it('an order of the points changes only the numbers of the groups', async () => {
  const random = randomFrom(3)
  const rows = matrix(
    200,
    4,
    Float32Array.from({ length: 800 }, (_, i) => random.normal() + 6 * ((i >> 2) % 3)),
  )
  const turned = matrix(
    200,
    4,
    Float32Array.from({ length: 800 }, (_, i) => rows.data[(199 - (i >> 2)) * 4 + (i & 3)]!),
  )
  const straight = await hdbscan(rows, { smallest: 8 }, tools)
  const reverse = await hdbscan(turned, { smallest: 8 }, tools)
  assertSameGroups(Array.from(straight.clusterOf).toReversed(), Array.from(reverse.clusterOf))
  assert.equal(straight.clusters, 3)
})

it('says which rule was broken, and by what', async () => {
  const few = matrix(3, 2)
  await assert.rejects(hdbscan(few, { smallest: 5 }, tools), /3 points have no 5th neighbour/)
  await assert.rejects(hdbscan(few, { smallest: 1 }, tools), /2 points or more, not 1/)
})
