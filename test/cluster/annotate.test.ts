import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { annotate, methodNames } from '../../src/cluster/index.ts'
import { scene, shareRight, toolsOf, type SceneOptions } from './scenes.ts'

/** Known truth, and what every method but `nearest` must reach. */
const scenes: Readonly<Record<string, SceneOptions & { readonly atLeast: number }>> = {
  'a joint space': { atLeast: 0.95 },
  'a joint space of its own': { wide: 20, atLeast: 0.95 },
  'twenty images': { wide: 20, images: 20, atLeast: 0.8 },
  'more classes than images': { images: 60, classes: 100, width: 64, spread: 1, error: 1, atLeast: 0.85 },
  'each class half as frequent as the one before': {
    images: 600,
    classes: 10,
    falling: 0.5,
    spread: 1.2,
    error: 1.2,
    atLeast: 0.75,
  },
  'a width of three': { width: 3, classes: 3, spread: 0.2, error: 0.2, atLeast: 0.8 },
}

for (const name of methodNames.filter((name) => name !== 'nearest')) {
  describe(`the method ${name}`, () => {
    for (const [what, o] of Object.entries(scenes)) {
      it(`labels ${what}`, async () => {
        const { space, truth } = scene(o)
        const found = await annotate(space, { method: name }, toolsOf(1))
        const right = shareRight(found.classOf, truth)
        assert.ok(right >= o.atLeast, `${right} right, not ${o.atLeast}`)
        assert.ok(found.confidence.every((c) => c > 0 && c <= 1.000001))
      })
    }
  })
}
