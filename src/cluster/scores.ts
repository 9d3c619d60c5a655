// What speaks for a class, added up: its name (in the joint space), its examples and its prototype (in image
// space). Each part is measured in its own deviations, for cosines of text and of pictures are worlds apart.
import {
  addInto,
  evenRows,
  matrix,
  normaliseInto,
  rowOf,
  rowsBetween,
  type Matrix,
  type Tools,
} from '../math/index.ts'
import type { Level } from './level.ts'
import { deviationOf } from './rows.ts'
import type { Space } from './space.ts'

/** Scores of the groups from one up to another, [groups, classes], in deviations, before any softmax. */
export type Scorer = (from: number, to: number) => Promise<Matrix>
export type Voices = {
  readonly prototypes: Matrix | null
  /** The weight of names beside prototypes. */
  readonly hold: number
  /** Whether examples speak for themselves too, or only through the prototypes that they hold. */
  readonly examples?: 'speak' | 'held'
}
type Part = { readonly rows: Matrix; readonly against: Matrix; readonly weight: number }
type ScaledPart = Part & { readonly deviation: number; readonly known: readonly number[] }

/** Rows that a deviation is taken from: its error is below 2% from 2,000 on. */
const sampleRows = 2048
/** Rows scored at a time: 4,096 × 1,000 classes are 16 MB. */
export const blockRows = 4096

export async function scorerOf(
  space: Space,
  level: Level,
  { matmul, ...voices }: Voices & Pick<Tools, 'matmul'>,
): Promise<Scorer> {
  const parts: ScaledPart[] = []
  for (const part of partsOf(space, level, voices)) {
    const known = Array.from(space.classNames.keys()).filter((c) => isKnown(part.against, c))
    const few = await matmul(evenRows(part.rows, sampleRows), part.against)
    parts.push({ ...part, known, deviation: deviationOf(columnsOf(few, known)) })
  }
  const strangers = strangersOf(space)
  return async (from, to) => {
    const sum = matrix(to - from, space.classNames.length)
    for (const part of parts)
      addPartInto(sum, await matmul(rowsBetween(part.rows, from, to), part.against), part)
    for (let i = 0; i < sum.rows; i++) for (const c of strangers) rowOf(sum, i)[c] = -Infinity
    return sum
  }
}

const isKnown = (rows: Matrix, c: number): boolean => rowOf(rows, c).some((x) => x !== 0)

/** Classes without a name that means something and without an example: no image is theirs. */
function strangersOf({ text, classNames, examples }: Space): readonly number[] {
  const shown = new Set(examples.values())
  return [...classNames.keys()].filter((c) => !(text && isKnown(text, c)) && !shown.has(c))
}

function partsOf(
  space: Space,
  { rows, joint }: Level,
  { prototypes, hold, examples }: Voices,
): readonly Part[] {
  const weight = prototypes ? hold : 1
  const parts: Part[] = []
  if (prototypes) parts.push({ rows, against: prototypes, weight: 1 })
  if (space.text && joint && weight > 0) parts.push({ rows: joint, against: space.text, weight })
  // What a person said holds in every round.
  if (space.examples.size > 0 && examples !== 'held')
    parts.push({ rows, against: exampleMeans(space), weight: 1 })
  return parts
}

/** [classes, width]: mean directions of the examples; zeros for a class without one. */
export function exampleMeans({ images, classNames, examples }: Space): Matrix {
  const means = matrix(classNames.length, images.columns)
  for (const [image, its] of examples) {
    addInto(rowOf(means, its), rowOf(images, image), 1)
  }
  for (let c = 0; c < means.rows; c++) normaliseInto(rowOf(means, c))
  return means
}

function columnsOf(m: Matrix, columns: readonly number[]): Matrix {
  if (columns.length === m.columns) return m
  const few = matrix(m.rows, columns.length)
  for (let r = 0; r < m.rows; r++)
    for (const [i, c] of columns.entries()) few.data[r * few.columns + i] = m.data[r * m.columns + c]!
  return few
}

/** sum += weight · (score − mean of the row) / deviation, over the classes that the part knows. */
function addPartInto(sum: Matrix, scores: Matrix, { known, weight, deviation }: ScaledPart): void {
  for (let r = 0; r < sum.rows; r++) {
    const row = rowOf(scores, r)
    const total = rowOf(sum, r)
    let mean = 0
    for (const c of known) mean += row[c]! / known.length
    for (const c of known) total[c]! += (weight * (row[c]! - mean)) / deviation
  }
}
