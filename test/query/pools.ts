// Pools for the tests, and the tools that strategies are handed.
import type { ImageId } from '../../src/base/index.ts'
import { matrix, multiply, randomFrom, type Matrix, type Tools } from '../../src/math/index.ts'
import { choose, emptyPool, type How, type Pool, type StrategyName } from '../../src/query/index.ts'

export const withSeed = (seed: number): Tools => ({
  random: randomFrom(seed),
  matmul: async (a, b) => multiply(a, b),
})
export const rows = (values: readonly (readonly number[])[]): Matrix =>
  matrix(values.length, values[0]?.length ?? 0, Float32Array.from(values.flat()))

/** Images 1, 2, 3… with the probabilities given; their embeddings are the probabilities too. */
export const poolOf = (values: readonly (readonly number[])[], more: Partial<Pool> = {}): Pool => ({
  ...emptyPool,
  ids: values.map((_, i) => (i + 1) as ImageId),
  embeddings: rows(values),
  probabilities: rows(values),
  ensemble: [rows(values), rows(values.map((p) => [...p].reverse()))],
  masked: [rows(values), rows(values.map((p) => [...p].reverse()))],
  classNames: ['wren', 'robin', 'crow'].slice(0, values[0]!.length),
  nearTo: values.map(() => null),
  ...more,
})

/** Images with places of their own, scattered by a seed: probabilities and embeddings are unrelated. */
export function scattered(count: number, seed: number, of: { classes?: number; width?: number } = {}): Pool {
  const { classes = 3, width = 4 } = of
  const { normal } = randomFrom(seed)
  const guesses = (sharpness: number) =>
    rows(
      Array.from({ length: count }, () => {
        const p = Array.from({ length: classes }, () => Math.exp(sharpness * normal()))
        const total = p.reduce((sum, value) => sum + value, 0)
        return p.map((value) => value / total)
      }),
    )
  return {
    ...emptyPool,
    ids: Array.from({ length: count }, (_, i) => (i + 1) as ImageId),
    embeddings: rows(Array.from({ length: count }, () => unit(Array.from({ length: width }, normal)))),
    probabilities: guesses(1),
    ensemble: [guesses(1), guesses(2), guesses(1)],
    masked: [guesses(1), guesses(2), guesses(1)],
    classNames: Array.from({ length: classes }, (_, i) => `kind ${i}`),
    nearTo: Array.from({ length: count }, () => null),
  }
}
const unit = (values: number[]) => values.map((x) => x / Math.hypot(...values))

export const imagesOf = async (pool: Pool, strategy: StrategyName, budget: number, seed = 1) =>
  chosenBy(pool, { strategy, budget }, seed)
export const chosenBy = async (pool: Pool, how: How, seed = 1): Promise<number[]> =>
  (await choose(pool, how, withSeed(seed))).map((c) => c.image as number)
