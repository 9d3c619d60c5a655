// node bench/scale/choose-many.ts STRATEGY COUNT WIDTH BUDGET: one choice among made-up embeddings, in a process of
// its own, whose peak of memory is then its own, too. Prints a line of JSON.
import { tmpdir } from 'node:os'
import type { ImageId } from '../../src/base/index.ts'
import { matrix, randomFrom, rowOf, type Matrix, type Random } from '../../src/math/index.ts'
import {
  choose,
  emptyPool,
  strategies,
  type Need,
  type Pool,
  type StrategyName,
} from '../../src/query/index.ts'
import { openRuntime } from '../../src/runtime/index.ts'
import { softmaxed } from './spaces.ts'

export type Chosen = {
  readonly strategy: string
  readonly images: number
  readonly width: number
  readonly budget: number
  readonly seconds: number
  readonly peakBytes: number
}

const [classes, members, labelled] = [10, 5, 100]

if (import.meta.main) {
  const [strategy, ...sizes] = process.argv.slice(2)
  const [images = 0, width = 0, budget = 0] = sizes.map(Number)
  process.stdout.write(
    `${JSON.stringify(await chosen(strategy as StrategyName, { images, width, budget }))}\n`,
  )
}

type Sizes = Pick<Chosen, 'images' | 'width' | 'budget'>

async function chosen(strategy: StrategyName, { images, width, budget }: Sizes): Promise<Chosen> {
  const runtime = openRuntime({ cores: 2, cache: tmpdir() })
  const random = randomFrom(1)
  const pool = poolOf({ images, width, needs: strategies[strategy].needs }, random)
  const from = performance.now()
  const choices = await choose(pool, { strategy, budget }, { random, matmul: runtime.matmul })
  const seconds = (performance.now() - from) / 1000
  const distinct = new Set(choices.map(({ image }) => image)).size
  if (distinct !== budget) throw new Error(`${strategy} chose ${distinct} images, not ${budget}`)
  await runtime.close()
  const peakBytes = process.resourceUsage().maxRSS * 1024
  return { strategy, images, width, budget, seconds, peakBytes }
}

type Of = { readonly images: number; readonly width: number; readonly needs: readonly Need[] }

/** As the steps hand it over: only what the strategy needs is there. */
function poolOf({ images, width, needs }: Of, random: Random): Pool {
  const normals = Float32Array.from({ length: 1 << 20 }, () => random.normal())
  const guesses = () => softmaxed(drawn(images, classes, { normals, random }))
  const has = (need: Need): boolean => (needs as readonly string[]).includes(need)
  return {
    ...emptyPool,
    ids: Array.from({ length: images }, (_, i) => (i + 1) as ImageId),
    nearTo: Array.from({ length: images }, () => null),
    classNames: Array.from({ length: classes }, (_, i) => `kind ${i}`),
    embeddings: has('embeddings') ? clustered(images, width, { normals, random }) : null,
    labelled: clustered(labelled, width, { normals, random }),
    labels: Int32Array.from({ length: labelled }, (_, i) => i % classes),
    probabilities: guesses(),
    ensemble: has('ensemble') ? Array.from({ length: members }, guesses) : null,
    masked: has('masked') ? Array.from({ length: 3 }, guesses) : null,
  }
}

type Noise = { readonly normals: Float32Array; readonly random: Random }

/** Each row a stretch of the same million: 512 million normals of their own would take longer than the choice. */
function drawn(rows: number, columns: number, { normals, random }: Noise): Matrix {
  const its = matrix(rows, columns)
  for (let i = 0; i < rows; i++) {
    const at = random.below(normals.length - columns)
    rowOf(its, i).set(normals.subarray(at, at + columns))
  }
  return its
}

/** Groups along a few strong directions, rows of length one. */
function clustered(rows: number, columns: number, noise: Noise): Matrix {
  const centres = drawn(classes, columns, noise)
  const its = drawn(rows, columns, noise)
  for (let i = 0; i < rows; i++) {
    const row = rowOf(its, i)
    const centre = rowOf(centres, noise.random.below(classes))
    let squared = 0
    for (let j = 0; j < columns; j++) {
      row[j] = (0.3 * centre[j]! + row[j]!) / (1 + j / 20)
      squared += row[j]! ** 2
    }
    const length = Math.sqrt(squared)
    for (let j = 0; j < columns; j++) row[j]! /= length
  }
  return its
}
