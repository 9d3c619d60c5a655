import { same, stretched, sumTo, type Gradient, type Op } from './op.ts'

const one = (gradient: Op['gradient']): Op => ({ takes: [1, 1], shape: same, gradient })
const two = (gradient: Gradient): Op => ({ takes: [2, 2], shape: stretched, gradient })
const compare: Op = {
  takes: [2, 2],
  shape: stretched,
  type: () => 'bool',
  gradient: { none: 'a comparison has slope 0 wherever it has one' },
}

/** y: output, dy: gradient of the loss by y. */
export const elementwise = {
  Add: two(({ x: [a, b], dy }, g) => [sumTo(g, dy, a), sumTo(g, dy, b)]),
  Sub: two(({ x: [a, b], dy }, g) => [sumTo(g, dy, a), sumTo(g, g.neg(dy), b)]),
  Mul: two(({ x: [a, b], dy }, g) => [sumTo(g, g.mul(dy, b), a), sumTo(g, g.mul(dy, a), b)]),
  Div: two(({ x: [a, b], y, dy }, g) => {
    const da = g.div(dy, b)
    return [sumTo(g, da, a), sumTo(g, g.neg(g.mul(da, y)), b)]
  }),
  Neg: one(({ dy }, g) => [g.neg(dy)]),
  Identity: one(({ dy }) => [dy]),
  Relu: one(({ y, dy }, g) => [g.where(g.greater(y, 0), dy, 0)]),
  LeakyRelu: {
    ...one(({ x: [x], dy, a }, g) => [g.where(g.greater(x, 0), dy, g.mul(dy, a['alpha'] as number))]),
    attributes: { alpha: { kind: 'float', or: 0.01 } },
  },
  Sigmoid: one(({ y, dy }, g) => [g.mul(dy, g.mul(y, g.sub(1, y)))]),
  Tanh: one(({ y, dy }, g) => [g.mul(dy, g.sub(1, g.mul(y, y)))]),
  Exp: one(({ y, dy }, g) => [g.mul(dy, y)]),
  Log: one(({ x: [x], dy }, g) => [g.div(dy, x)]),
  Sqrt: one(({ y, dy }, g) => [g.div(dy, g.mul(2, y))]),
  Abs: one(({ x: [x], dy }, g) => [g.mul(dy, g.node('Sign', [x]))]),
  Sign: one({ none: 'a sign has slope 0 wherever it has one' }),
  Reciprocal: one(({ y, dy }, g) => [g.neg(g.mul(dy, g.mul(y, y)))]),
  // 2/√π · e^(−x²)
  Erf: one(({ x: [x], dy }, g) => [
    g.mul(dy, g.mul(2 / Math.sqrt(Math.PI), g.node('Exp', [g.neg(g.mul(x, x))]))),
  ]),
  Clip: {
    takes: [1, 3],
    shape: same,
    gradient: ({ x: [x], y, dy }, g) => [g.where(g.node('Equal', [x, y]), dy, 0)],
  },
  Where: {
    takes: [3, 3],
    shape: ([c, a, b]) => stretched([c, { ...a, shape: stretched([a, b, a, a, a]) }, a, a, a]),
    type: ([, a]) => a.type,
    gradient: ({ x: [condition, a, b], dy }, g) => [
      null,
      sumTo(g, g.where(condition, dy, 0), a),
      sumTo(g, g.where(condition, 0, dy), b),
    ],
  },
  Cast: {
    takes: [1, 1],
    attributes: { to: { kind: 'type' } },
    shape: same,
    type: (_, a) => a['to'] as ReturnType<NonNullable<Op['type']>>,
    gradient: ({ x: [x], dy }, g) => [g.cast(dy, x.type)],
  },
  Equal: compare,
  Greater: compare,
  Less: compare,
} satisfies Record<string, Op>
