// Features without a teacher (Coates and Ng, 2011): an image's 6 × 6 patches, each whitened, are compared
// with patches that k-means found in unlabelled images; answers are averaged over the image's four quarters.
import { assert } from '../base/index.ts'
import { build, type Builder, type Graph, type Value } from '../graph/index.ts'
import { unitRows } from './keras-graph.ts'

/** 256 patches: their answers above and below zero, in four quarters, are 2048 numbers. */
export const builtinShape = { size: 32, patch: 6, patches: 256, quarters: 4 } as const
export const builtinWidth = 2 * builtinShape.patches * builtinShape.quarters
const patchNumbers = 3 * builtinShape.patch ** 2

export type BuiltinWeights = {
  /** [patches, 3, patch, patch], whitening included, so that one convolution does both; each sums to zero. */
  readonly filters: Float32Array
  /** [patches]: the answers of the mean patch. */
  readonly offsets: Float32Array
  /** [width]: of the sums over many images, so that each number varies alike. */
  readonly means: Float32Array
  readonly scales: Float32Array
}

const sizes = [builtinShape.patches * patchNumbers, builtinShape.patches, builtinWidth, builtinWidth]

/** As one row of numbers, and back. */
export function builtinWeightsOf(numbers: Float32Array): BuiltinWeights {
  const whole = sizes.reduce((sum, size) => sum + size, 0)
  assert(numbers.length === whole, `the builtin encoder has ${whole} weights, not ${numbers.length}`)
  let at = 0
  const [filters, offsets, means, scales] = sizes.map((size) => numbers.slice(at, (at += size)))
  return { filters: filters!, offsets: offsets!, means: means!, scales: scales! }
}

export const numbersOfBuiltin = (w: BuiltinWeights): Float32Array =>
  Float32Array.from([...w.filters, ...w.offsets, ...w.means, ...w.scales])

/** Answers below it count as none; of 0.25, 0.5 and 1 the best on CIFAR-10, by a tenth of a point. */
const threshold = 0.5
/** Added to a patch's variance, in grey levels squared: flat sky is not blown up to noise. */
export const varianceFloor = 10

/** `image` uint8 [images, 32, 32, 3] → `embedding` [images, 2048], rows of length one. */
export function builtinGraph(weights: BuiltinWeights): Graph {
  const g = build()
  const { size } = builtinShape
  const image = g.input('image', 'uint8', ['images', size, size, 3])
  const planes = g.transpose(g.cast(image, 'float32'), [0, 3, 1, 2])
  const answers = g.sub(
    standardAnswers(g, planes, weights),
    g.constant(weights.offsets, [weights.offsets.length, 1, 1]),
  )
  const above = quarters(g, g.relu(g.sub(answers, threshold)))
  const below = quarters(g, g.relu(g.sub(g.neg(answers), threshold)))
  const sums = g.node('Flatten', [g.node('Concat', [above, below], { axis: 1 })])
  const standard = g.mul(
    g.sub(sums, g.constant(weights.means, [1, builtinWidth])),
    g.constant(weights.scales, [1, builtinWidth]),
  )
  return g.graph('builtin', { embedding: unitRows(g, standard) })
}

/** Each patch p becomes (p − mean) / √(variance + 10); filters that sum to zero need no mean. */
function standardAnswers(g: Builder, x: Value, { filters }: BuiltinWeights): Value {
  const { patch, patches } = builtinShape
  const window = [3, patch, patch]
  const average = g.constant(new Float32Array(patchNumbers).fill(1 / patchNumbers), [1, ...window])
  const mean = g.node('Conv', [x, average])
  const meanSquare = g.node('Conv', [g.mul(x, x), average])
  const variance = g.relu(g.sub(meanSquare, g.mul(mean, mean)))
  return g.div(
    g.node('Conv', [x, g.constant(filters, [patches, ...window])]),
    g.sqrt(g.add(variance, varianceFloor)),
  )
}

/** 27 × 27 places to 2 × 2 means; the middle row and column count on both sides. */
const quarters = (g: Builder, x: Value): Value =>
  g.node('AveragePool', [x], { kernel_shape: [14, 14], strides: [13, 13] })
