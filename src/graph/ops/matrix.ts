import { Failure } from '../../base/index.ts'
import { broadcast, textOf, type Shape } from '../dims.ts'
import type { Value } from '../graph.ts'
import { intOf, isThere, same, sumTo, type Op } from './op.ts'

function meet(a: Value, b: Value, [p, q]: readonly [p: unknown, q: unknown]): void {
  if (p === q) return
  throw new Failure(
    'bad-input',
    `cannot multiply ${a.name} ${textOf(a.shape)} by ${b.name} ${textOf(b.shape)}: ${p} and ${q} differ`,
  )
}

const turned = (shape: Shape, turn: number): Shape => (turn === 1 ? shape.toReversed() : shape)
/** Axes of a stack of matrices with the last two exchanged. */
const lastTwo = (rank: number): number[] => [...Array(rank - 2).keys(), rank - 1, rank - 2]

export const matrixOps = {
  MatMul: {
    takes: [2, 2],
    shape: ([a, b]) => {
      if (a.shape.length < 2 || b.shape.length < 2) {
        throw new Failure(
          'bad-input',
          `cannot multiply vectors: ${a.name} and ${b.name} need two sizes or more`,
        )
      }
      meet(a, b, [a.shape.at(-1), b.shape.at(-2)])
      return [...broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2)), a.shape.at(-2)!, b.shape.at(-1)!]
    },
    // dA = dY · Bᵀ, dB = Aᵀ · dY
    gradient: ({ x: [a, b], dy }, g) => [
      sumTo(g, g.matMul(dy, g.transpose(b, lastTwo(b.shape.length))), a),
      sumTo(g, g.matMul(g.transpose(a, lastTwo(a.shape.length)), dy), b),
    ],
  },
  /** Y = α · A′ · B′ + β · C, where ′ turns as transA and transB say. */
  Gemm: {
    takes: [2, 3],
    attributes: {
      alpha: { kind: 'float', or: 1 },
      beta: { kind: 'float', or: 1 },
      transA: { kind: 'int', or: 0 },
      transB: { kind: 'int', or: 0 },
    },
    shape: ([a, b], at) => {
      const [p, q] = [turned(a.shape, intOf(at, 'transA')), turned(b.shape, intOf(at, 'transB'))]
      meet(a, b, [p[1], q[0]])
      return [p[0]!, q[1]!]
    },
    gradient: ({ x: [a, b, c], dy, a: at }, g) => {
      const [alpha, ta, tb] = [intOf(at, 'alpha'), intOf(at, 'transA'), intOf(at, 'transB')]
      const da =
        ta === 1 ? g.gemm(b, dy, { alpha, transA: tb, transB: 1 }) : g.gemm(dy, b, { alpha, transB: 1 - tb })
      const db =
        tb === 1 ? g.gemm(dy, a, { alpha, transA: 1, transB: ta }) : g.gemm(a, dy, { alpha, transA: 1 - ta })
      if (!isThere(c)) return [da, db]
      const dc = sumTo(g, dy, c)
      return [da, db, intOf(at, 'beta') === 1 ? dc : g.mul(dc, intOf(at, 'beta'))]
    },
  },
  /** Of a square matrix; ONNX Runtime's own, so it stands in no file that we hand out. */
  Inverse: {
    takes: [1, 1],
    domain: 'com.microsoft',
    shape: same,
    // dA = −Yᵀ · dY · Yᵀ
    gradient: ({ x: [x], y, dy }, g) => {
      const turnedY = g.transpose(y, lastTwo(x.shape.length))
      return [g.neg(g.matMul(g.matMul(turnedY, dy), turnedY))]
    },
  },
} satisfies Record<string, Op>
