import assert from 'node:assert/strict'
import { it } from 'node:test'
import { exactNeighbours } from '../../src/cluster/exact-neighbours.ts'
import type { Neighbours } from '../../src/cluster/neighbours.ts'
import { spanningTree } from '../../src/cluster/spanning-tree.ts'
import { distance, matrix, multiply, randomFrom, type Matrix } from '../../src/math/index.ts'

const tools = { matmul: async (a: Matrix, b: Matrix) => multiply(a, b) }

/** Points on a plane in clumps, each with a density of its own. */
function clumps(count: number) {
  const random = randomFrom(count)
  const rows = matrix(count, 2)
  for (let i = 0; i < rows.data.length; i++) rows.data[i] = 9 * ((i >> 1) % 7) + random.normal()
  return { rows, core: Float64Array.from({ length: count }, () => random.next() / 4) }
}

/** Prim's tree, one point after another: the weight of all its edges. */
function weightOf(rows: Matrix, core: Float64Array): number {
  const left = new Set(core.keys())
  const reach = new Float64Array(rows.rows).fill(Infinity)
  reach[0] = 0
  let sum = 0
  while (left.size > 0) {
    let next = -1
    for (const i of left) if (next < 0 || reach[i]! < reach[next]!) next = i
    left.delete(next)
    sum += reach[next]!
    for (const i of left)
      reach[i] = Math.min(reach[i]!, Math.max(core[i]!, core[next]!, distance(rows, i, next)))
  }
  return sum
}

const none: Neighbours = { k: 0, ids: new Int32Array(), distances: new Float64Array(), recall: null }

for (const [says, count, k] of [
  ['with many neighbours known', 400, 16],
  ['with one', 400, 1],
  ['with none', 400, 0],
  ['with none and more parts than a table holds', 2200, 0],
] as const) {
  it(`the tree is as short as any, ${says}`, async () => {
    const { rows, core } = clumps(count)
    const near = k === 0 ? none : await exactNeighbours(rows, k, tools)
    const edges = await spanningTree(rows, { core, near, tools })
    assert.equal(edges.length, count - 1)
    const sum = edges.reduce((total, { weight }) => total + weight, 0)
    const wanted = weightOf(rows, core)
    assert.ok(Math.abs(sum - wanted) < 1e-4 * wanted, `${sum}, not ${wanted}`)
  })
}

it('the tree spans points of which nothing near was found', async () => {
  const { rows } = clumps(60)
  const ids = new Int32Array(120).fill(-1)
  const near = { k: 2, ids, distances: new Float64Array(120).fill(Infinity), recall: 0 }
  const core = Float64Array.from({ length: 60 }, (_, i) => (i < 50 ? 1 : Infinity))
  const edges = await spanningTree(rows, { core, near, tools })
  assert.equal(edges.length, 59)
  assert.equal(edges.filter(({ weight }) => weight === Infinity).length, 10)
})
