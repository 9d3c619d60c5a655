// Spaces with known truth: classes are directions, images lie around them, names lie somewhat beside them.
import type { Space } from '../../src/cluster/index.ts'
import { matrix, multiply, randomFrom, rowOf, type Matrix, type Random } from '../../src/math/index.ts'

export type SceneOptions = {
  readonly images?: number
  readonly classes?: number
  /** How many of the classes occur. */
  readonly present?: number
  readonly width?: number
  /** The width of a joint space of its own; 0: pictures and names share the image space. */
  readonly wide?: number
  /** How far images lie from their class, and names from theirs: 1 is as long as the class itself. */
  readonly spread?: number
  readonly error?: number
  /** Each class has this share of the images of the one before. */
  readonly falling?: number
  readonly seed?: number
}
export type Scene = { readonly space: Space; readonly truth: Int32Array }

export const toolsOf = (seed: number) => ({
  random: randomFrom(seed),
  matmul: async (a: Matrix, b: Matrix) => multiply(a, b),
})

function directions(rows: number, columns: number, random: Random): Matrix {
  const m = matrix(rows, columns)
  for (let r = 0; r < rows; r++) {
    const row = rowOf(m, r)
    row.forEach((_, j) => (row[j] = random.normal()))
    shorten(row)
  }
  return m
}

function shorten(row: Float32Array): void {
  const length = Math.hypot(...row)
  row.forEach((x, j) => (row[j] = x / length))
}

/** Around each row named, at a distance of about `spread`. */
function around(centres: Matrix, of: ArrayLike<number>, o: { spread: number; random: Random }): Matrix {
  const m = matrix(of.length, centres.columns)
  for (let i = 0; i < of.length; i++) {
    const [row, centre] = [rowOf(m, i), rowOf(centres, of[i]!)]
    const scale = o.spread / Math.sqrt(row.length)
    row.forEach((_, j) => (row[j] = centre[j]! + scale * o.random.normal()))
    shorten(row)
  }
  return m
}

export function scene(o: SceneOptions = {}): Scene {
  const { images = 300, classes = 6, present = classes, width = 32, wide = 0 } = o
  const { spread = 0.8, error = 0.8, falling = 1, seed = 1 } = o
  const random = randomFrom(seed)
  const weights = Array.from({ length: present }, (_, c) => falling ** c)
  const all = weights.reduce((sum, w) => sum + w, 0)
  const ends = weights.map((_, c) => weights.slice(0, c + 1).reduce((sum, w) => sum + w, 0) / all)
  const truth = Int32Array.from({ length: images }, (_, i) =>
    ends.findIndex((end) => (i + 0.5) / images <= end),
  )
  const kinds = directions(classes, width, random)
  const pictures = around(kinds, truth, { spread, random })
  const own = Array.from({ length: classes }, (_, c) => c)
  const classNames = own.map((c) => `kind ${c}`)
  const examples = new Map<number, number>()
  if (wide === 0) {
    const text = around(kinds, own, { spread: error, random })
    return { truth, space: { images: pictures, joint: pictures, text, classNames, examples } }
  }
  const meanings = directions(classes, wide, random)
  const joint = around(meanings, truth, { spread: 1.5 * spread, random })
  const text = around(meanings, own, { spread: error, random })
  return { truth, space: { images: pictures, joint, text, classNames, examples } }
}

export const shareRight = (found: ArrayLike<number>, truth: Int32Array): number =>
  truth.reduce((right, its, i) => right + Number(found[i] === its), 0) / truth.length
