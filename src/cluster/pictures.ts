import { aroundMean, matrix, normaliseInto, rowOf, type Matrix, type Tools } from '../math/index.ts'
import { alongDirections } from './directions.ts'
import { neighbours, type Neighbours } from './neighbours.ts'
import { unit } from './rows.ts'

/** Images as they are best compared with each other, and who is near to whom. */
export type Pictures = { readonly rows: Matrix; readonly near: Neighbours }

/** More than labels from names need (10), for the few examples that are there have far to go. */
const nearest = 20

export async function picturesOf(images: Matrix, tools: Tools): Promise<Pictures> {
  const rows = rowsOfPictures(images)
  return { rows, near: await neighbours(rows, nearest, tools) }
}

const rowsOfPictures = (images: Matrix): Matrix => aroundTheirMean(unit(roots(images)))

/** For what is learned from few examples; of pictures at hand, or else of images. */
export async function picturesAlong(
  images: Matrix,
  { pictures, ...tools }: Tools & { readonly pictures?: Pictures },
): Promise<Pictures> {
  const before = pictures?.rows ?? rowsOfPictures(images)
  const rows = await alongDirections(before, tools)
  if (pictures && rows === before) return pictures
  return { rows, near: await neighbours(rows, nearest, tools) }
}

/**
 * Numbers that are never negative (shares, rectified units) by their roots: a few large ones drown the rest
 * (Hellinger). Others as they are. Of rows of length one roots are the longer the more places they name.
 */
export function roots(m: Matrix): Matrix {
  for (let i = 0; i < m.data.length; i++) if (m.data[i]! < 0) return m
  return matrix(m.rows, m.columns, m.data.map(Math.sqrt))
}

/** What all images share tells none from another; of one image alone nothing would be left. */
function aroundTheirMean(m: Matrix): Matrix {
  if (m.rows < 2) return m
  const rows = aroundMean(m)
  for (let i = 0; i < rows.rows; i++) normaliseInto(rowOf(rows, i))
  return rows
}
