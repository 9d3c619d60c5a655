// Made-up embeddings of known classes.
import type { Space } from '../../src/cluster/index.ts'
import { matrix, randomFrom, rowOf, type Matrix, type Random, type Tools } from '../../src/math/index.ts'

export type Made = { readonly rows: Matrix; readonly classOf: Int32Array }

/** Classes of very different sizes, the first the largest. */
const classesOf = (count: number, classes: number, random: Random): Int32Array =>
  Int32Array.from({ length: count }, () => Math.floor(classes * random.next() ** 1.5))

/** Round groups around directions, in rows of length one. */
export function mixtureOf(count: number, columns: number, classes: number): Made {
  const random = randomFrom(count + columns)
  const centres = matrix(classes, columns)
  centres.data.forEach((_, i) => (centres.data[i] = random.normal()))
  const rows = matrix(count, columns)
  const classOf = classesOf(count, classes, random)
  for (let i = 0; i < count; i++) {
    const row = rowOf(rows, i)
    const centre = rowOf(centres, classOf[i]!)
    for (let j = 0; j < columns; j++) row[j] = centre[j]! + 0.7 * random.normal()
    shorten(row)
  }
  return { rows, classOf }
}

function shorten(row: Float32Array): void {
  const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0))
  for (let j = 0; j < row.length; j++) row[j]! /= length
}

const directions = 64
const directionsOfClass = 12
const blockRows = 4096

/**
 * What embeddings of photographs are like: a class varies along a few directions, some of them shared with
 * other classes, and along all of them a little.
 */
export async function likeEmbeddings(
  count: number,
  { columns, classes }: { readonly columns: number; readonly classes: number },
  { matmul }: Pick<Tools, 'matmul'>,
): Promise<Made> {
  const random = randomFrom(count + columns)
  const basis = matrix(columns, directions + classes)
  basis.data.forEach((_, i) => (basis.data[i] = random.normal()))
  const classOf = classesOf(count, classes, random)
  const own = Array.from({ length: classes }, () =>
    Int32Array.from({ length: directionsOfClass }, () => random.below(directions)),
  )
  const rows = matrix(count, columns)
  for (let from = 0; from < count; from += blockRows) {
    const its = classOf.subarray(from, from + blockRows)
    const along = matrix(its.length, directions + classes)
    for (const [i, c] of its.entries()) {
      const row = rowOf(along, i)
      row[directions + c] = 1
      const far = 0.15 + 0.25 * random.next()
      for (const direction of own[c]!) row[direction]! += far * random.normal()
    }
    const { data } = await matmul(along, basis)
    for (let i = 0; i < data.length; i++) data[i]! += 0.35 * (random.next() + random.next() - 1)
    rows.data.set(data, from * columns)
  }
  for (let i = 0; i < count; i++) shorten(rowOf(rows, i))
  return { rows, classOf }
}

/** Names as the mean of the class, somewhat off. */
export function spaceOf({ rows, classOf }: Made, classes: number): Space {
  const random = randomFrom(1)
  const text = matrix(classes, rows.columns)
  for (const [i, its] of classOf.entries()) {
    const [name, row] = [rowOf(text, its), rowOf(rows, i)]
    for (let j = 0; j < row.length; j++) name[j]! += row[j]!
  }
  text.data.forEach((x, i) => (text.data[i] = x + random.normal()))
  const classNames = Array.from({ length: classes }, (_, c) => `kind ${c}`)
  return { images: rows, joint: rows, text, classNames, examples: new Map() }
}

/** In place: each row as chances, from logits. */
export function softmaxed(its: Matrix): Matrix {
  for (let i = 0; i < its.rows; i++) {
    const row = rowOf(its, i)
    let sum = 0
    for (let c = 0; c < row.length; c++) sum += row[c] = Math.exp(2 * row[c]!)
    for (let c = 0; c < row.length; c++) row[c]! /= sum
  }
  return its
}
