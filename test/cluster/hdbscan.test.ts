import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { hdbscan, type Clustering } from '../../src/cluster/index.ts'
import { assertSameGroups } from './groups.ts'
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

describe('hdbscan gives what the reference implementation gives', () => {
  for (const its of cases) {
    const data = (its.data ?? cases.find((c) => c.name === its.name)!.data)!
    const rows = matrix(its.rows, its.columns, Float32Array.from(data))
    it(`${its.name}, ${its.selection}`, async () => {
      const found: Clustering = await hdbscan(rows, its, tools)
      assertSameGroups(found.clusterOf, its.labels, its.ties)
      for (const [i, want] of its.membership.entries()) {
        if (its.ties.includes(i)) continue
        assert.ok(
          Math.abs(found.membership[i]! - want) < 1e-4,
          `membership of ${i}: ${found.membership[i]}, not ${want}`,
        )
        const [outlier, wanted] = [found.outlierness[i]!, its.outlierness[i]!]
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
