import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { matrix, multiply } from '../../src/math/index.ts'
import { classEntropy, diversity } from '../../src/measure/index.ts'

const near = (a: number, b: number, by = 1e-6) => assert.ok(Math.abs(a - b) <= by, `${a} is not ${b}`)
const tools = { matmul: async (a: Parameters<typeof multiply>[0], b: typeof a) => multiply(a, b) }
const rows = (...values: number[][]) => matrix(values.length, 2, Float32Array.from(values.flat()))

describe('diversity', () => {
  it('gives the distances that can be seen on paper', async () => {
    const pool = rows([0, 0], [1, 0], [0, 2], [3, 4])
    const found = await diversity({ pool, labelled: rows([0, 0]), counts: [1, 0] }, tools)
    near(found.radius!, 5)
    near(found.meanDistance!, (0 + 1 + 2 + 5) / 4)
    assert.equal(found.redundancy, null)
  })
  it('shrinks as more is labelled', async () => {
    const pool = rows([0, 0], [1, 0], [0, 2], [3, 4])
    const found = await diversity({ pool, labelled: rows([0, 0], [3, 4]), counts: [1, 1] }, tools)
    near(found.radius!, 2)
    assert.equal(found.entropy, 1)
  })
  it('tells copies from opposites', async () => {
    const twins = rows([1, 0], [1, 0], [0, 1], [0, 1])
    const counts = [2, 2]
    near((await diversity({ pool: twins, labelled: twins, counts }, tools)).redundancy!, 1)
    const cross = rows([1, 0], [0, 1])
    near((await diversity({ pool: cross, labelled: cross, counts }, tools)).redundancy!, 0)
  })
  it('says nothing of distances before the first label', async () => {
    const found = await diversity({ pool: rows([1, 0]), labelled: matrix(0, 2), counts: [0, 0] }, tools)
    assert.deepEqual([found.radius, found.entropy], [null, 0])
  })
  it('has the entropy of the shares', () => {
    near(classEntropy([1, 1, 1]), 1)
    assert.equal(classEntropy([5, 0, 0]), 0)
    near(classEntropy([1, 1, 0]), Math.log(2) / Math.log(3))
  })
})
