import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fitInSpan, matrix, multiply, randomFrom, rowOf, type Matrix } from '../../src/math/index.ts'

const [classes, width] = [3, 6]
const matmul = async (a: Matrix, b: Matrix) => multiply(a, b)

function lessonOf(count: number, room = count) {
  const { normal, below } = randomFrom(3)
  const rows = matrix(count, width)
  const classOf = Int32Array.from({ length: count }, () => below(classes))
  rows.data.forEach((_, i) => (rows.data[i] = normal()))
  for (let i = 0; i < count; i++) rowOf(rows, i)[classOf[i]!]! += 1.5
  const products = matrix(count, room)
  const all = multiply(rows, rows)
  for (let i = 0; i < count; i++) rowOf(products, i).set(rowOf(all, i))
  return { rows, classOf, products }
}

/** ∂ of Σ cross-entropy + pull / 2 · ‖weights‖², by every weight and bias, in plain loops. */
function gradientOf(
  fit: Float64Array,
  { rows, classOf }: ReturnType<typeof lessonOf>,
  pull: number,
): number[] {
  const bias = fit.subarray(rows.rows * classes)
  const weights = Array.from({ length: classes }, (_, c) =>
    Array.from({ length: width }, (__, j) =>
      classOf.reduce((sum, ___, i) => sum + fit[i * classes + c]! * rowOf(rows, i)[j]!, 0),
    ),
  )
  const gradient = [...weights.flat().map((w) => pull * w), ...Array.from(bias, () => 0)]
  for (let i = 0; i < rows.rows; i++) {
    const row = rowOf(rows, i)
    const e = weights.map((w, c) => Math.exp(w.reduce((sum, its, j) => sum + its * row[j]!, bias[c]!)))
    const sum = e.reduce((a, b) => a + b, 0)
    e.forEach((its, c) => {
      const missing = its / sum - (classOf[i] === c ? 1 : 0)
      row.forEach((x, j) => (gradient[c * width + j]! += missing * x))
      gradient[classes * width + c]! += missing
    })
  }
  return gradient
}
const zeros = (count: number) => new Float64Array((count + 1) * classes)

describe('a head learnt in the span of its rows', () => {
  for (const pull of [0.01, 1]) {
    it(`ends where the gradient by weights and bias is zero, pulled by ${pull}`, async () => {
      const lesson = lessonOf(40)
      const fit = await fitInSpan({ ...lesson, classes, pull }, zeros(40), { matmul, tolerance: 1e-7 })
      for (const slope of gradientOf(fit, lesson, pull)) assert.ok(Math.abs(slope) < 1e-3, `${slope}`)
    })
  }
  it('takes products that have room for more rows', async () => {
    const [exact, roomy] = [lessonOf(20), lessonOf(20, 33)]
    const how = { matmul, tolerance: 1e-6 }
    const fits = [exact, roomy].map((its) => fitInSpan({ ...its, classes, pull: 0.1 }, zeros(20), how))
    const [a, b] = await Promise.all(fits)
    assert.deepEqual(a, b)
  })
  it('takes two looks where it already stands at the minimum, and stays there', async () => {
    const lesson = { ...lessonOf(30), classes, pull: 0.1 }
    const there = await fitInSpan(lesson, zeros(30), { matmul, tolerance: 1e-6 })
    let looks = 0
    const counted = (a: Matrix, b: Matrix) => (looks++, matmul(a, b))
    const again = await fitInSpan(lesson, there, { matmul: counted, tolerance: 1e-5 })
    assert.equal(looks, 2)
    assert.deepEqual(again, there)
  })
})
