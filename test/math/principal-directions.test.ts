import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aroundMean, dot, matrix, meanOf, meanRow, multiply, rowOf } from '../../src/math/index.ts'
import { principalDirections, type Matrix } from '../../src/math/index.ts'

const matmul = async (a: Matrix, b: Matrix) => multiply(a, b)
const near = (a: number, b: number, within = 1e-5) => assert.ok(Math.abs(a - b) < within, `${a} is not ${b}`)
const table = (...rows: readonly (readonly number[])[]) =>
  matrix(rows.length, rows[0]!.length, Float32Array.from(rows.flat()))
const squares = ({ data }: Matrix) => data.reduce((sum, x) => sum + x * x, 0)

describe('means', () => {
  it('of numbers and of rows, by their weights', () => {
    assert.equal(meanOf([1, 2, 6]), 3)
    const rows = table([0, 2], [4, 6])
    assert.deepEqual(meanRow(rows), Float64Array.of(2, 4))
    assert.deepEqual(meanRow(rows, [3, 1]), Float64Array.of(1, 3))
    assert.deepEqual(aroundMean(rows), table([-2, -2], [2, 2]))
  })
})

describe('principalDirections', () => {
  // Σ x xᵀ = [[20, 16], [16, 20]]: its axes are the diagonals, with 36 and 4.
  const crossed = table([3, 3], [-3, -3], [1, -1], [-1, 1])

  it('finds the axes of a cross, the longer first', async () => {
    const found = await principalDirections(crossed, { count: 2, turns: 8, matmul })
    const half = Math.SQRT1_2
    for (const [i, x] of [half, half].entries()) near(found.data[i]!, x)
    near(Math.abs(found.data[2]!), half)
    near(found.data[2]! + found.data[3]!, 0)
  })
  it('finds one direction of rows on one line, and no row lies anywhere along another', async () => {
    const line = table([1, 2, 2], [-1, -2, -2])
    const found = await principalDirections(line, { count: 2, turns: 4, matmul })
    near(dot(rowOf(found, 0), Float32Array.of(1, 2, 2)), 3)
    near(dot(rowOf(found, 1), Float32Array.of(1, 2, 2)), 0)
  })
  it('turns rows without lengthening them, by directions of length one at right angles', async () => {
    const rows = fc.array(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 }), {
      minLength: 3,
      maxLength: 9,
    })
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 4 }), async (its, count) => {
        const m = aroundMean(table(...its))
        const found = await principalDirections(m, { count, turns: 6, matmul })
        for (let i = 0; i < count; i++) {
          const length = dot(rowOf(found, i), rowOf(found, i))
          near(length, Math.round(length))
          for (let j = 0; j < i; j++) near(dot(rowOf(found, i), rowOf(found, j)), 0, 1e-4)
        }
        const [along, before] = [squares(multiply(m, found)), squares(m)]
        assert.ok(along <= before * 1.0001)
        if (count === 4) near(along / (before || 1), Math.sign(before), 1e-3)
      }),
      { seed: 1 },
    )
  })
})
