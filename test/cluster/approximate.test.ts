import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { hdbscan, twoLevels } from '../../src/cluster/index.ts'
import { approximateNeighbours } from '../../src/cluster/approximate-neighbours.ts'
import { exactNeighbours } from '../../src/cluster/exact-neighbours.ts'
import { assertSameGroups } from './groups.ts'
import { scene, toolsOf } from './scenes.ts'

describe('approximate neighbours', () => {
  it('are the exact ones where every cell is asked', async () => {
    const { space } = scene({ images: 400, spread: 1 })
    const exact = await exactNeighbours(space.images, 6, toolsOf(1))
    const all = await approximateNeighbours(space.images, { k: 6, cells: 9, asked: 9 }, toolsOf(1))
    assert.deepEqual(all.ids, exact.ids)
    assert.equal(all.recall, 1)
  })
  it('are near ones, and the recall that is told is the one that is there', async () => {
    const seeds = fc.record({ seed: fc.nat(1000), spread: fc.double({ min: 0.3, max: 1.5, noNaN: true }) })
    await fc.assert(
      fc.asyncProperty(seeds, async ({ seed, spread }) => {
        const { space } = scene({ images: 600, spread, seed })
        const exact = await exactNeighbours(space.images, 5, toolsOf(seed))
        const found = await approximateNeighbours(space.images, { k: 5, cells: 24, asked: 8 }, toolsOf(seed))
        const right = found.distances.filter((far, at) => far <= exact.distances[at - (at % 5) + 4]!)
        const recall = right.length / found.distances.length
        assert.ok(recall > 0.9, `recall ${recall}`)
        assert.ok(Math.abs(recall - found.recall!) < 0.05, `told ${found.recall}, is ${recall}`)
      }),
      { numRuns: 5 },
    )
  })
  it('give the same groups where groups are apart', async () => {
    const { space } = scene({ images: 500, spread: 0.4 })
    const near = await approximateNeighbours(space.images, { k: 16, cells: 20, asked: 5 }, toolsOf(1))
    const exact = await hdbscan(space.images, { smallest: 5 }, toolsOf(1))
    const found = await hdbscan(space.images, { smallest: 5, near }, toolsOf(1))
    assertSameGroups(found.clusterOf, Array.from(exact.clusterOf))
  })
})

it('large clusters are made of whole small ones, and noise is in neither', async () => {
  const { space } = scene({ images: 400, spread: 1.2 })
  for (const by of ['kmeans', 'hdbscan'] as const) {
    const { micro, meta } = await twoLevels(space.images, { by, classes: 6 }, toolsOf(1))
    const metaOf = new Map<number, number>()
    for (const [i, id] of micro.entries()) {
      assert.equal(meta[i]! < 0, id < 0)
      assert.equal(metaOf.get(id) ?? meta[i], meta[i])
      metaOf.set(id, meta[i]!)
    }
    assert.ok(new Set(meta).size <= metaOf.size)
  }
})
