import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import fc from 'fast-check'
import {
  addInto,
  dot,
  evenRows,
  lengthOf,
  matrix,
  normaliseInto,
  placeOfFirstAbove,
  placeOfLargest,
  placesOfTwoLargest,
  rowOf,
  rowsBetween,
  stacked,
  transposed,
} from '../../src/math/index.ts'

const numbered = (rows: number, columns: number) =>
  matrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, (_, i) => i),
  )

describe('vectors', () => {
  it('multiplies and adds number by number', () => {
    assert.equal(dot(Float64Array.of(1, 2, 3), Float32Array.of(4, 5, 6)), 32)
    const sum = Float64Array.of(1, 2)
    addInto(sum, Float64Array.of(10, 20), -0.5)
    assert.deepEqual(sum, Float64Array.of(-4, -8))
  })
  it('makes a vector as long as one, and leaves zeros alone', () => {
    const vector = Float64Array.of(3, -4)
    assert.equal(lengthOf(vector), 5)
    normaliseInto(vector)
    assert.deepEqual(vector, Float64Array.of(0.6, -0.8))
    const zeros = Float32Array.of(0, 0)
    normaliseInto(zeros)
    assert.deepEqual(zeros, Float32Array.of(0, 0))
  })
})

describe('rows', () => {
  it('between two places are a view, not a copy', () => {
    const m = numbered(4, 2)
    const some = rowsBetween(m, 1, 3)
    assert.deepEqual([...some.data], [2, 3, 4, 5])
    some.data[0] = 9
    assert.equal(rowOf(m, 1)[0], 9)
  })
  it('are drawn evenly from the first on, and kept as they are where they are few', () => {
    const m = numbered(10, 1)
    assert.deepEqual([...evenRows(m, 4).data], [0, 2, 5, 7])
    assert.equal(evenRows(m, 10), m)
  })
  it('are stacked one part under the other', () => {
    const two = stacked([numbered(2, 2), matrix(0, 2), numbered(1, 2)])
    assert.deepEqual(two, matrix(3, 2, Float32Array.of(0, 1, 2, 3, 0, 1)))
  })
  it('become columns, and twice turned are what they were', () => {
    assert.deepEqual([...transposed(numbered(2, 3)).data], [0, 3, 1, 4, 2, 5])
    const size = fc.integer({ min: 0, max: 7 })
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const m = numbered(rows, columns)
        assert.deepEqual(transposed(transposed(m)), m)
      }),
    )
  })
})

describe('the largest', () => {
  it('is the first of those that are alike', () => {
    assert.equal(placeOfLargest([2, 7, 7, 1]), 1)
    assert.deepEqual(placesOfTwoLargest(Float32Array.of(2, 7, 7, 1)), [1, 2])
    assert.deepEqual(placesOfTwoLargest(Float32Array.of(7, 2, 1)), [0, 1])
  })
  it('has no second where there is only one', () => {
    assert.deepEqual(placesOfTwoLargest(Float32Array.of(5)), [0, -1])
  })
})

test('the first place above a bound is where a look through all finds it', () => {
  const ascending = [1, 3, 3, 3, 8, 9]
  for (const bound of [0, 1, 2, 3, 5, 8, 9, 10]) {
    const found = ascending.findIndex((value) => value > bound)
    assert.equal(placeOfFirstAbove(ascending, bound), found < 0 ? ascending.length : found)
  }
  assert.equal(placeOfFirstAbove([], 1), 0)
})
