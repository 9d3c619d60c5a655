import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { autoSizes, clustererNames, clusterers } from '../../src/cluster/index.ts'
import { miniBatchKMeans } from '../../src/cluster/mini-batch.ts'
import { matrix, rowOf } from '../../src/math/index.ts'
import { assertSameGroups } from './groups.ts'
import { scene, toolsOf } from './scenes.ts'

for (const name of clustererNames) {
  describe(`the clusterer ${name}`, () => {
    it('finds six kinds among 300 images', async () => {
      const { space, truth } = scene({ spread: 0.5 })
      const { clusterOf: found } = await clusterers[name].run(
        space.images,
        { smallest: 5, clusters: 6 },
        toolsOf(2),
      )
      const kept = Array.from(found.keys()).filter((i) => found[i]! >= 0)
      assert.ok(kept.length > 250, `${kept.length} of 300 are in a cluster`)
      // k-means may end with two seeds in one kind: most are with their like all the same.
      const pure = purityOf(
        kept.map((i) => found[i]!),
        kept.map((i) => truth[i]!),
      )
      assert.ok(pure > 0.8, `${pure} are with their like`)
    })
    it('takes one image, and fewer images than clusters', async () => {
      for (const images of [1, 3]) {
        const { space } = scene({ images, classes: 1 })
        const { clusterOf } = await clusterers[name].run(
          space.images,
          { smallest: 5, clusters: 6 },
          toolsOf(1),
        )
        assert.equal(clusterOf.length, images)
      }
    })
  })
}

test('k-means ends as low as the best of 20 starts of scikit-learn', async () => {
  const file = new URL('fixtures/kmeans.json', import.meta.url)
  const { rows, columns, clusters, data, labels, inertia } = JSON.parse(readFileSync(file, 'utf8'))
  const x = matrix(rows, columns, Float32Array.from(data as number[]))
  const sums = await Promise.all(
    [1, 2, 3, 4, 5, 6, 7, 8].map(async (seed) => {
      const { clusterOf: of } = await clusterers.kmeans.run(x, { clusters, smallest: 2 }, toolsOf(seed))
      return { of, sum: squaresWithin(x, of) }
    }),
  )
  const best = sums.sort((a, b) => a.sum - b.sum)[0]!
  assert.ok(Math.abs(best.sum - inertia) < 1e-3 * inertia, `${best.sum}, not ${inertia}`)
  assertSameGroups(best.of, labels)
})

/** The share of rows whose kind is the most frequent of their cluster. */
function purityOf(found: readonly number[], truth: readonly number[]): number {
  let pure = 0
  for (const [, its] of Map.groupBy(found.keys(), (i) => found[i]!)) {
    const kinds = [...Map.groupBy(its, (i) => truth[i]!).values()]
    pure += Math.max(...kinds.map((kind) => kind.length))
  }
  return pure / found.length
}

/** Σ |x − mean of its cluster|² */
function squaresWithin(x: ReturnType<typeof matrix>, of: Int32Array): number {
  let sum = 0
  for (const cluster of new Set(of)) {
    const its = Array.from(of.keys()).filter((i) => of[i] === cluster)
    for (let j = 0; j < x.columns; j++) {
      const mean = its.reduce((total, i) => total + rowOf(x, i)[j]!, 0) / its.length
      for (const i of its) sum += (rowOf(x, i)[j]! - mean) ** 2
    }
  }
  return sum
}

test('small batches end near k-means proper', async () => {
  const { space } = scene({ images: 2000, spread: 2 })
  const full = await clusterers.kmeans.run(space.images, { clusters: 12, smallest: 2 }, toolsOf(3))
  const batches = await miniBatchKMeans(space.images, 12, toolsOf(3))
  const [wanted, found] = [full.clusterOf, batches].map((of) => squaresWithin(space.images, of))
  assert.ok(found! < 1.03 * wanted!, `${found}, not ${wanted}`)
})

test('k-means gives the same bytes for the same seed', async () => {
  const { space } = scene({ images: 500, spread: 2 })
  const found = () => clusterers.kmeans.run(space.images, { clusters: 9, smallest: 2 }, toolsOf(5))
  assert.deepEqual(await found(), await found())
})

test('sizes grow with the images', () => {
  assert.deepEqual(
    [20, 1000, 100_000, 1_000_000].map((images) => autoSizes(images, 10).clusters),
    [10, 50, 4096, 4096],
  )
  assert.ok(autoSizes(20, 1).smallest < autoSizes(100_000, 1).smallest)
})
