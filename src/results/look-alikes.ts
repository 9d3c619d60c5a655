// Near-duplicates by their embeddings, where no fingerprint of the picture is known.
import { dot, lengthOf, rowOf, tiles, type Matrix } from '../math/index.ts'
import type { Hands } from './labelled-set.ts'

/** Copies saved anew stay above this cosine; two photographs of one thing in a row mostly do, too. */
const alike = 0.99
/** All pairs of 20,000 rows of 512 take 10 s; of more, each is compared with the next so many in order. */
const rowsMost = 20_000
const windowRows = 64

/** For each row the first that it nearly equals, or −1. */
export async function lookAlikes(
  rows: Matrix,
  { matmul, signal }: Pick<Hands, 'matmul' | 'signal'>,
): Promise<Int32Array> {
  const nearTo = new Int32Array(rows.rows).fill(-1)
  const lengths = Float32Array.from({ length: rows.rows }, (_, row) => lengthOf(rowOf(rows, row)))
  if (rows.rows > rowsMost) {
    alongInto(nearTo, rows, lengths)
    return nearTo
  }
  for await (const { firstQuery, firstRow, products } of tiles(rows, rows, { matmul })) {
    signal.throwIfAborted()
    for (let q = 0; q < products.rows; q++) {
      const row = firstQuery + q
      const near = rowOf(products, q)
      const bound = alike * lengths[row]!
      for (let c = 0; c < near.length && firstRow + c < row && nearTo[row]! < 0; c++)
        if (near[c]! > bound * lengths[firstRow + c]!) nearTo[row] = firstRow + c
    }
  }
  return nearTo
}

/** Copies and frames of a film mostly stand near one another in a list of files. */
function alongInto(nearTo: Int32Array, rows: Matrix, lengths: Float32Array): void {
  for (let row = 1; row < rows.rows; row++) {
    const own = rowOf(rows, row)
    for (let other = Math.max(0, row - windowRows); other < row && nearTo[row]! < 0; other++) {
      if (dot(own, rowOf(rows, other)) > alike * lengths[row]! * lengths[other]!) nearTo[row] = other
    }
  }
}
