// HDBSCAN's leaves by their definition, over all thresholds, in plain sets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { hdbscan } from '../../src/cluster/index.ts'
import { matrix, randomFrom, rowOf, type Matrix } from '../../src/math/index.ts'
import { toolsOf } from './scenes.ts'

const far = (rows: Matrix, a: number, b: number): number =>
  Math.hypot(...rowOf(rows, a).map((x, j) => x - rowOf(rows, b)[j]!))

/** The parts of some points that hang together by steps shorter than `below`. */
function parts(rows: Matrix, points: readonly number[], below: number): number[][] {
  const left = new Set(points)
  const found: number[][] = []
  for (const first of points) {
    if (!left.delete(first)) continue
    const part = [first]
    for (const at of part)
      for (const other of Array.from(left))
        if (far(rows, at, other) < below && left.delete(other)) part.push(other)
    found.push(part)
  }
  return found
}

/** As the threshold falls, a cluster splits when two parts or more are large; a leaf never does. */
function leavesOf(rows: Matrix, points: readonly number[], smallest: number): number[][] {
  const steps = points.flatMap((a) => points.filter((b) => b > a).map((b) => far(rows, a, b)))
  let rest = points
  for (const step of steps.sort((a, b) => b - a)) {
    const large = parts(rows, rest, step).filter((part) => part.length >= smallest)
    if (large.length > 1) return large.flatMap((part) => leavesOf(rows, part, smallest))
    if (large.length === 0) break
    rest = large[0]!
  }
  return [[...points]]
}

test('leaf selection finds the leaves that thresholds find one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 2, max: 5 }),
      async (seed, smallest) => {
        const random = randomFrom(seed)
        const numbers = Array.from({ length: 60 }, (_, i) => random.normal() + 4 * ((i >> 1) % 3))
        const rows = matrix(30, 2, Float32Array.from(numbers))
        // With the nearest neighbour as density, distances are what they are, and none are equal.
        const o = { smallest, density: 1, selection: 'leaf' } as const
        const { clusterOf } = await hdbscan(rows, o, toolsOf(1))
        const all = Array.from({ length: 30 }, (_, i) => i)
        const leaves = leavesOf(rows, all, smallest)
        // The root is no cluster: where nothing splits, everything is noise.
        const wanted = leaves.length === 1 ? [] : leaves.map((leaf) => leaf.sort((a, b) => a - b).join())
        const found = [...Map.groupBy(all, (i) => clusterOf[i]!)].filter(([cluster]) => cluster >= 0)
        assert.deepEqual(found.map(([, its]) => its.join()).sort(), wanted.sort())
      },
    ),
    { numRuns: 20 },
  )
})
