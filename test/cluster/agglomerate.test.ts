import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { agglomerate, cut, linkageNames, type LinkageName } from '../../src/cluster/index.ts'
import { matrix, multiply, rowOf, type Matrix } from '../../src/math/index.ts'
import { assertSameGroups } from './groups.ts'

type Case = {
  readonly linkage: LinkageName
  readonly rows: number
  readonly columns: number
  readonly data: readonly number[] | null
  readonly isUnit: boolean
  readonly groups: Readonly<Record<string, readonly number[]>>
  readonly heights: readonly number[]
}
const file = new URL('fixtures/agglomerative.json', import.meta.url)
const cases = JSON.parse(readFileSync(file, 'utf8')) as readonly Case[]
const tools = { matmul: async (a: Matrix, b: Matrix) => multiply(a, b) }

function rowsOfCase({ rows, columns, data, isUnit }: Case): Matrix {
  const numbers = data ?? cases.find((c) => c.rows === rows && c.data)!.data!
  const all = matrix(rows, columns, Float32Array.from(numbers))
  if (!isUnit) return all
  for (let i = 0; i < rows; i++) {
    const row = rowOf(all, i)
    const length = Math.hypot(...row)
    row.forEach((x, j) => (row[j] = x / length))
  }
  return all
}

describe('agglomeration gives what scikit-learn gives', () => {
  for (const its of cases) {
    it(`${its.linkage}, ${its.rows} × ${its.columns}`, async () => {
      const merges = await agglomerate(rowsOfCase(its), its, tools)
      for (const [i, height] of its.heights.entries()) {
        const found = merges.distance[i]!
        assert.ok(Math.abs(found - height) < 1e-3 * (1 + height), `merge ${i} at ${found}, not ${height}`)
      }
      for (const [count, groups] of Object.entries(its.groups)) {
        assertSameGroups(cut(merges, Number(count)), groups)
      }
    })
  }
})

describe('every linkage', () => {
  for (const linkage of linkageNames) {
    it(`${linkage} joins equal rows first, and all in the end`, async () => {
      const rows = matrix(6, 2, Float32Array.of(1, 0, 0, 1, 1, 0, 0, 1, 1, 0, -1, 0))
      const merges = await agglomerate(rows, { linkage }, tools)
      assertSameGroups(cut(merges, 3), [0, 1, 0, 1, 0, 2])
      assert.equal(merges.size.at(-1), 6)
    })
  }
})

test('a row that stands for many images weighs as many', async () => {
  // On a line at 0, 1 and 2.1: alone, 0 and 1 join; where 0 and 1 stand for thousands, the light 2.1 joins 1.
  const rows = matrix(3, 1, Float32Array.of(0, 1, 2.1))
  const alone = await agglomerate(rows, { linkage: 'ward' }, tools)
  const heavy = await agglomerate(rows, { linkage: 'ward', sizes: Float64Array.of(900, 900, 1) }, tools)
  assertSameGroups(cut(alone, 2), [0, 0, 1])
  assertSameGroups(cut(heavy, 2), [0, 1, 1])
})
