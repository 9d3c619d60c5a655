import { type Matrix, rowsOf, squaredLengths, tiles, type Tools } from '../math/index.ts'
import type { Grouping } from './join-nearest.ts'

/** What the distances between the members of two groups come to. */
export type ByMembers = 'largest' | 'mean'

/** Members asked for at a time: their groups' distances to 10,000 others take 40 MB. */
const askedMost = 512

/** Distances of all pairs of members, in tiles, anew for each question: no n × n matrix is ever held. */
export function groupingByMembers(
  rows: Matrix,
  sizes: Float64Array,
  o: { readonly by: ByMembers } & Pick<Tools, 'matmul'>,
): Grouping {
  const members: number[][] = Array.from({ length: rows.rows }, (_, i) => [i])
  const weights = sizes.slice()
  const groupOf = Int32Array.from({ length: rows.rows }, (_, i) => i)
  const scene: Scene = { ...o, rows, lengths: squaredLengths(rows), sizes, groupOf, weights }
  return {
    nearest: async (asking, active) => {
      const place = new Int32Array(rows.rows)
      for (const [i, group] of active.entries()) place[group] = i
      const to: number[] = []
      const distance: number[] = []
      for (const some of batchesOf(asking, members)) {
        const far = await distancesOf(scene, { some, members, place, active })
        for (const [i, group] of some.entries()) {
          const row = far.subarray(i * active.length, (i + 1) * active.length)
          row[place[group]!] = Infinity
          const best = lowest(row)
          to.push(active[best]!)
          distance.push(row[best]!)
        }
      }
      return { to: Int32Array.from(to), distance: Float64Array.from(distance) }
    },
    join: (a, b) => {
      for (const member of members[b]!) groupOf[member] = a
      members[a] = members[a]!.concat(members[b]!)
      members[b] = []
      weights[a]! += weights[b]!
    },
  }
}

type Scene = {
  readonly rows: Matrix
  readonly lengths: Float32Array
  readonly by: ByMembers
  readonly matmul: Tools['matmul']
  /** Of each row, and of each group the sum of its rows. */
  readonly sizes: Float64Array
  readonly weights: Float64Array
  readonly groupOf: Int32Array
}
type Question = {
  readonly some: readonly number[]
  readonly members: readonly (readonly number[])[]
  /** Of each group its place among the active. */
  readonly place: Int32Array
  readonly active: Int32Array
}

/** [groups asked for, active groups] */
async function distancesOf(scene: Scene, { some, members, place, active }: Question): Promise<Float64Array> {
  const asked = some.flatMap((group, i) => members[group]!.map((row) => ({ row, from: i * active.length })))
  const far = new Float64Array(some.length * active.length)
  const { rows, lengths, sizes, by, groupOf } = scene
  const queries = rowsOf(
    rows,
    asked.map(({ row }) => row),
  )
  for await (const { firstQuery, firstRow, products } of tiles(queries, rows, scene)) {
    for (let i = 0; i < products.data.length; i++) {
      const { row, from } = asked[firstQuery + Math.floor(i / products.columns)]!
      const other = firstRow + (i % products.columns)
      const at = from + place[groupOf[other]!]!
      const apart = Math.sqrt(Math.max(0, lengths[row]! + lengths[other]! - 2 * products.data[i]!))
      if (by === 'largest') far[at] = Math.max(far[at]!, apart)
      else far[at]! += apart * sizes[row]! * sizes[other]!
    }
  }
  if (by === 'mean') {
    const { weights } = scene
    for (const [i, group] of some.entries())
      for (const [j, other] of active.entries())
        far[i * active.length + j]! /= weights[group]! * weights[other]!
  }
  return far
}

function* batchesOf(asking: Int32Array, members: readonly (readonly number[])[]): Iterable<number[]> {
  let some: number[] = []
  let count = 0
  for (const group of asking) {
    const its = members[group]!.length
    if (some.length > 0 && count + its > askedMost) {
      yield some
      ;[some, count] = [[], 0]
    }
    some.push(group)
    count += its
  }
  if (some.length > 0) yield some
}

function lowest(row: Float64Array): number {
  let best = 0
  for (let i = 1; i < row.length; i++) if (row[i]! < row[best]!) best = i
  return best
}
