// Every row of the table: its shape against ONNX Runtime, its gradient against central differences.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import * as fc from 'fast-check'
import { build, differentiate, gradientOf, opNames, ops, toOnnx } from '../../src/graph/index.ts'
import type { Graph, Op, OpName, Value } from '../../src/graph/index.ts'
import { randomFrom, shuffleInto } from '../../src/math/index.ts'
import { openRuntime, type Session, type Tensor } from '../../src/runtime/index.ts'
import { examples, forms, type Example, type Sizes } from './examples.ts'

const runtime = openRuntime({ cores: 1, cache: 'unused' })
after(() => runtime.close())

const sizesOf = fc.record({
  n: fc.integer({ min: 1, max: 3 }),
  c: fc.integer({ min: 2, max: 3 }),
  s: fc.integer({ min: 4, max: 5 }),
})
type Case = { readonly sizes: Sizes; readonly seed: number }
const cases = fc.record({ sizes: sizesOf, seed: fc.integer() })
const gap = 0.07

/** Numbers a gap from each other and half a gap from zero: no difference steps over a kink. */
function valuesOf(shape: readonly number[], seed: number, isPositive = false): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1)
  const numbers = Float32Array.from({ length: count }, (_, i) => {
    const value = (i - Math.floor(count / 2) + 0.5) * gap
    return isPositive ? Math.abs(value) + 0.3 + (i % 2) * gap * 0.4 : value
  })
  return shuffleInto(numbers, randomFrom(seed))
}

type Built = { readonly graph: Graph; readonly y: Value; readonly feeds: Record<string, Tensor> }

/** The example as a graph of float inputs x0, x1, …; loss = Σ y · weights. */
function built({ of, y: write, isPositive }: Example, { sizes, seed }: Case): Built {
  const g = build()
  const shapes = of(sizes)
  const x = shapes.map((shape, i) => g.input(`x${i}`, 'float32', shape))
  const y = write(g, [x[0]!, x[1]!, x[2]!, x[3]!, x[4]!], sizes)
  const numbers = g.cast(y, 'float32')
  const weights = valuesOf(y.shape as number[], seed + 9)
  const loss = g.reduceSum(
    g.mul(numbers, g.constant(weights, y.shape as number[], { name: 'weights' })),
    allOf(y),
    {},
  )
  const graph = g.graph('example', { y: numbers, loss })
  const feeds = shapes.map(
    (shape, i) => [`x${i}`, { shape, data: valuesOf(shape, seed + i, isPositive) }] as const,
  )
  return { graph, y, feeds: Object.fromEntries(feeds) }
}
const allOf = (y: Value): number[] => y.shape.map((_, i) => i)

/** Σ y · weights in float64, so that only the operator itself rounds. */
async function lossOf(
  session: Session,
  feeds: Record<string, Tensor>,
  weights: Float32Array,
): Promise<number> {
  const { y } = await session.run(feeds)
  return weights.reduce((sum: number, weight, i) => sum + weight * y!.data[i]!, 0)
}

async function slopes(session: Session, { feeds, graph }: Built, input: string): Promise<number[]> {
  const weights = new Float32Array(graph.constants.get('weights')!.data.slice().buffer)
  const { shape, data } = feeds[input]!
  const step = gap / 8
  const moved = async (i: number, by: number): Promise<number> => {
    const there = Float32Array.from(data)
    there[i]! += by
    return lossOf(session, { ...feeds, [input]: { shape, data: there } }, weights)
  }
  const all: number[] = []
  for (let i = 0; i < data.length; i++)
    all.push(((await moved(i, step)) - (await moved(i, -step))) / (2 * step))
  return all
}

async function agreesWithDifferences(it: Built): Promise<void> {
  const inputs = Object.keys(it.feeds)
  const session = await runtime.open(toOnnx(differentiate(it.graph, 'loss', inputs)))
  const out = await session.run(it.feeds)
  for (const input of inputs) {
    const gradient = out[gradientOf(input)]!
    assert.deepEqual(gradient.shape, it.feeds[input]!.shape)
    for (const [i, slope] of (await slopes(session, it, input)).entries()) {
      const given = gradient.data[i]!
      const close = Math.abs(given - slope) <= 0.01 * (1 + Math.abs(slope))
      assert.ok(close, `${input}[${i}]: the gradient is ${given}, the slope ${slope}`)
    }
  }
  await session.close()
}

const rows = Object.fromEntries(opNames.map((op) => [op, { op, ...examples[op] }]))
for (const [name, example] of Object.entries({ ...rows, ...forms })) {
  const op: OpName = example.op
  const { gradient } = ops[op] as Op
  describe(`the operator ${name}`, () => {
    it('gives the shape that its rule says', () =>
      fc.assert(
        fc.asyncProperty(cases, async (given) => {
          const { graph, y, feeds } = built(example, given)
          const session = await runtime.open(toOnnx(graph))
          assert.deepEqual((await session.run(feeds))['y']!.shape, y.shape)
          await session.close()
        }),
        { numRuns: 3, seed: 1 },
      ))
    if (typeof gradient === 'function') {
      it('has the gradient that central differences have', () =>
        fc.assert(
          fc.asyncProperty(cases, (given) => agreesWithDifferences(built(example, given))),
          { numRuns: 3, seed: 2 },
        ))
    } else {
      it('says why it has no gradient where one is asked of it', () => {
        const { graph } = built(example, { sizes: { n: 2, c: 2, s: 4 }, seed: 1 })
        assert.throws(
          () => differentiate(graph, 'loss', ['x0']),
          (thrown: Error) =>
            thrown.message.includes(`through ${op}`) && thrown.message.includes(gradient.none),
        )
      })
    }
  })
}
