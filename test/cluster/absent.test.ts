import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { annotate } from '../../src/cluster/index.ts'
import { scene, shareRight, toolsOf } from './scenes.ts'

describe('where few of a hundred names occur, the default stays with the better of itself and the names', () => {
  for (const present of [1, 2, 4]) {
    it(`${present} of 100`, async () => {
      const sums = { default: 0, nearest: 0, 'without its guard': 0 }
      const seeds = [1, 2, 3, 4, 5, 6]
      for (const seed of seeds) {
        const o = { images: 200, classes: 100, present, spread: 1.4, error: 1.2, width: 48, wide: 32, seed }
        const { space, truth } = scene(o)
        const right = async (method?: 'nearest' | 'prototypes') =>
          shareRight((await annotate(space, method ? { method } : {}, toolsOf(1))).classOf, truth)
        sums.default += (await right()) / seeds.length
        sums.nearest += (await right('nearest')) / seeds.length
        sums['without its guard'] += (await right('prototypes')) / seeds.length
      }
      const better = Math.max(sums.nearest, sums['without its guard'])
      assert.ok(sums.default >= better - 0.02, JSON.stringify(sums))
    })
  }
})
