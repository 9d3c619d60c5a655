import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kMeans, matrix, multiply, randomFrom, weightedKMeans, type Tools } from '../../src/math/index.ts'

const withSeed = (seed: number): Tools => ({
  random: randomFrom(seed),
  matmul: async (a, b) => multiply(a, b),
})

/** Two-dimensional points about these centres, 40 each. */
function heaps(centres: readonly (readonly number[])[], seed = 1) {
  const { normal } = randomFrom(seed)
  const points = centres.flatMap((c) => Array.from({ length: 40 }, () => c.map((x) => x + 0.1 * normal())))
  return matrix(points.length, 2, Float32Array.from(points.flat()))
}

test('heaps that lie apart become the clusters', async () => {
  const rows = heaps([
    [0, 0],
    [5, 0],
    [0, 5],
  ])
  const { clusterOf, centres } = await kMeans(rows, 3, withSeed(3))
  for (let heap = 0; heap < 3; heap++) {
    assert.equal(new Set(clusterOf.subarray(heap * 40, heap * 40 + 40)).size, 1)
  }
  assert.equal(new Set(clusterOf).size, 3)
  assert.ok(centres.data.every((x) => Math.abs(x) < 0.1 || Math.abs(x - 5) < 0.1))
})
test('the same seed gives the same clusters', async () => {
  const rows = heaps([
    [0, 0],
    [1, 1],
  ])
  const [a, b] = [await kMeans(rows, 7, withSeed(5)), await kMeans(rows, 7, withSeed(5))]
  assert.deepEqual(a, b)
})
test('as many clusters as rows, and rows that are all equal, are no trouble', async () => {
  const rows = matrix(6, 2, new Float32Array(12).fill(1))
  const { clusterOf } = await kMeans(rows, 6, withSeed(1))
  assert.ok(clusterOf.every((c) => c >= 0 && c < 6))
})
test('seeds are found among a draw of many rows', async () => {
  const rows = matrix(
    5000,
    1,
    Float32Array.from({ length: 5000 }, (_, i) => (i < 2500 ? 0 : 9) + (i % 7) / 10),
  )
  const { clusterOf } = await kMeans(rows, 2, withSeed(1))
  assert.notEqual(clusterOf[0], clusterOf[4999])
  assert.equal(new Set(clusterOf.subarray(0, 2500)).size, 1)
})
test('more clusters than rows is a fault of the caller', () =>
  assert.rejects(kMeans(matrix(2, 2), 3, withSeed(1)), /1 to 2 clusters/))

test('weighs rows: a centre lies where their weights pull it', async () => {
  const rows = matrix(3, 1, Float32Array.of(0, 1, 10))
  const weights = Float32Array.of(3, 1, 1)
  const { centres, clusterOf } = await weightedKMeans(rows, { clusters: 2, weights }, withSeed(1))
  assert.equal(clusterOf[0], clusterOf[1])
  assert.deepEqual([...centres.data].sort(), [0.25, 10].sort())
})
