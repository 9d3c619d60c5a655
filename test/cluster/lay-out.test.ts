import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { layOut } from '../../src/cluster/index.ts'
import { matrix, type Matrix } from '../../src/math/index.ts'
import { scene, toolsOf } from './scenes.ts'

const laid = (rows: Matrix, o: { landmarksMost?: number; seed?: number } = {}) => {
  const start = (row: number) => [rows.data[row * rows.columns]!, rows.data[row * rows.columns + 1]!] as const
  return layOut(rows, { start, breathe: async () => {}, ...o }, toolsOf(o.seed ?? 1))
}

/** Of the nearest other point on the map, how often it shows the same kind. */
function alikeShare(at: Matrix, truth: Int32Array): number {
  let alike = 0
  for (let i = 0; i < at.rows; i++) {
    let [best, least] = [-1, Infinity]
    for (let j = 0; j < at.rows; j++) {
      const far = Math.hypot(at.data[2 * i]! - at.data[2 * j]!, at.data[2 * i + 1]! - at.data[2 * j + 1]!)
      if (j !== i && far < least) [best, least] = [j, far]
    }
    alike += Number(truth[best] === truth[i])
  }
  return alike / at.rows
}

describe('a map of embeddings', () => {
  const { space, truth } = scene({ images: 300, classes: 6, spread: 0.6 })

  it('has look-alikes side by side', async () => {
    const at = await laid(space.images)
    assert.ok(alikeShare(at, truth) > 0.97, `${alikeShare(at, truth)} stand beside their like`)
  })
  it('puts rows beyond its landmarks among those that they resemble', async () => {
    const at = await laid(space.images, { landmarksMost: 120 })
    assert.ok(alikeShare(at, truth) > 0.95, `${alikeShare(at, truth)} stand beside their like`)
  })
  it('is the same for the same seed', async () =>
    assert.deepEqual(await laid(space.images, { seed: 5 }), await laid(space.images, { seed: 5 })))
  it('holds one row, two, and many that are all the same', async () => {
    for (const rows of [matrix(1, 4), matrix(2, 4), matrix(40, 4, new Float32Array(160).fill(0.5))]) {
      const at = await laid(rows)
      assert.equal(at.rows, rows.rows)
      assert.ok(at.data.every(Number.isFinite))
    }
  })
})
