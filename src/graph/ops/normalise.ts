import type { Builder } from '../build.ts'
import type { Value } from '../graph.ts'
import { same, sumTo, type Op } from './op.ts'

/** One number a channel, shaped to stretch over images: [C] → [C, 1, 1]. */
const overImages = (g: Builder, perChannel: Value, x: Value): Value =>
  x.shape.length <= 2
    ? perChannel
    : g.unsqueeze(
        perChannel,
        x.shape.slice(2).map((_, i) => i + 1),
      )

export const normalisations = {
  /** With statistics that are given: y = (x − mean) / √(variance + ε) · scale + shift. */
  BatchNormalization: {
    takes: [5, 5],
    attributes: {
      epsilon: { kind: 'float', or: 1e-5 },
      momentum: { kind: 'float', or: 0.9 },
      training_mode: { kind: 'int', or: 0 },
    },
    shape: same,
    gradient: ({ x: [x, scale, shift, mean, variance], dy, a }, g) => {
      const root = g.node('Sqrt', [g.add(variance, a['epsilon'] as number)])
      const slope = g.div(scale, root)
      const standard = g.div(g.sub(x, overImages(g, mean, x)), overImages(g, root, x))
      const perChannel = (it: Value): Value => g.reshape(sumTo(g, it, overImages(g, scale, x)), [-1])
      const dShift = perChannel(dy)
      const dScale = perChannel(g.mul(dy, standard))
      return [
        g.mul(dy, overImages(g, slope, x)),
        dScale,
        g.reshapeAs(dShift, shift),
        g.neg(g.mul(dShift, slope)),
        g.neg(g.div(g.mul(dScale, g.mul(scale, 0.5)), g.add(variance, a['epsilon'] as number))),
      ]
    },
  },
} satisfies Record<string, Op>
