import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { minimise, type Slope } from '../../src/math/index.ts'

/** Σ (1 − a)² + 100 (b − a²)²: a narrow bent valley with its floor at 1, 1. */
const rosenbrock = async (x: Float64Array): Promise<Slope> => {
  const [a = 0, b = 0] = x
  return {
    value: (1 - a) ** 2 + 100 * (b - a * a) ** 2,
    gradient: Float64Array.of(-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)),
  }
}
/** Σ i · xᵢ² / 2, as steep in one direction as in ten thousand others together. */
const bowl = async (x: Float64Array): Promise<Slope> => ({
  value: x.reduce((sum, value, i) => sum + ((i + 1) * value * value) / 2, 0),
  gradient: x.map((value, i) => (i + 1) * value),
})
const near = (given: ArrayLike<number>, expected: readonly number[]) =>
  expected.forEach((value, i) => assert.ok(Math.abs(given[i]! - value) < 1e-6, `${given[i]} is not ${value}`))

describe('minimise', () => {
  it('follows a bent valley to its floor', async () => {
    const { at, gradient } = await minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 1e-10 })
    near(at, [1, 1])
    assert.ok(gradient.every((slope) => Math.abs(slope) <= 1e-10))
  })
  it('stops at once where the gradient is already zero', async () => {
    const { evaluations } = await minimise(rosenbrock, Float64Array.of(1, 1), { tolerance: 1e-10 })
    assert.equal(evaluations, 1)
  })
  it('needs few steps where the curvature is known', async () => {
    const start = new Float64Array(200).fill(1)
    const plain = await minimise(bowl, start, { tolerance: 1e-9 })
    const known = await minimise(bowl, start, {
      tolerance: 1e-9,
      precondition: async (x) => x.map((value, i) => value / (i + 1)),
    })
    near(plain.at, [0, 0, 0])
    assert.ok(known.evaluations <= 3 && plain.evaluations > 20, `${known.evaluations}, ${plain.evaluations}`)
  })
  it('ends where rounding hides the way, and gives the best point it had', async () => {
    const rounded = async (x: Float64Array): Promise<Slope> => {
      const { value, gradient } = await bowl(x)
      return { value: Math.fround(value + 1000), gradient }
    }
    const { at } = await minimise(rounded, Float64Array.of(3, -2, 1), { tolerance: 0, stepsMax: 100 })
    near(at, [0, 0, 0])
  })
  it('takes no more steps than it may', async () => {
    const { gradient } = await minimise(rosenbrock, Float64Array.of(-1.2, 1), { tolerance: 0, stepsMax: 3 })
    assert.ok(gradient.some((slope) => Math.abs(slope) > 1e-3))
  })
})
