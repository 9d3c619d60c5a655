import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  dot,
  matrix,
  multiply,
  principalDirections,
  randomFrom,
  rowOf,
  type Matrix,
} from '../../src/math/index.ts'

const matmul = async (a: Matrix, b: Matrix) => multiply(a, b)
const normals = (rows: number, columns: number, seed: number): Matrix => {
  const random = randomFrom(seed)
  return matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  )
}
const squares = ({ data }: Matrix) => data.reduce((sum, x) => sum + x * x, 0)
const count = 70 // more than are settled at once, and no multiple of it

/** Each of length one or zero, and none along another. */
function assertAtRightAngles(directions: Matrix): void {
  for (let i = 0; i < directions.rows; i++) {
    const own = rowOf(directions, i)
    const length = dot(own, own)
    assert.ok(Math.abs(length - Math.round(length)) < 1e-5, `direction ${i} has the square ${length}`)
    for (let j = 0; j < i; j++) assert.ok(Math.abs(dot(own, rowOf(directions, j))) < 1e-5, `${i} along ${j}`)
  }
}

describe('many principal directions', () => {
  it('are at right angles, and hold all of rows as wide as there are of them', async () => {
    const rows = normals(100, count, 1)
    const found = await principalDirections(rows, { count, turns: 4, matmul })
    assertAtRightAngles(found)
    assert.ok(Math.abs(squares(multiply(rows, found)) / squares(rows) - 1) < 1e-4)
  })
  it('hold all of rows that differ in fewer directions', async () => {
    const rows = multiply(normals(100, 12, 2), normals(90, 12, 3))
    const found = await principalDirections(rows, { count, turns: 4, matmul })
    assertAtRightAngles(found)
    assert.ok(Math.abs(squares(multiply(rows, found)) / squares(rows) - 1) < 1e-4)
  })
  it('come the longest first', async () => {
    const rows = normals(100, 90, 4)
    for (let i = 0; i < rows.data.length; i++) rows.data[i]! *= 1 / (1 + (i % 90))
    const along = multiply(rows, await principalDirections(rows, { count: 40, turns: 12, matmul }))
    const lengths = Array.from({ length: 40 }, (_, c) =>
      Array.from({ length: 100 }, (_, i) => rowOf(along, i)[c]! ** 2).reduce((a, b) => a + b),
    )
    assert.deepEqual(
      lengths.map((_, c) => c > 0 && lengths[c]! > 1.05 * lengths[c - 1]!),
      lengths.map(() => false),
    )
  })
})
