// Between parts of a forest all pairs of points are looked at once. While parts are few, the nearest pair of
// each two parts is kept, and that is all the rest of the tree needs; while they are many, only the nearest
// stranger of each.
import { pairTiles, type Multiply, type PairTile, type Points } from './points.ts'
import type { Union } from './union.ts'

export type Parts = {
  readonly count: number
  /** Points, those of a part in a row, the largest part at the end. */
  readonly order: Int32Array
  /** Where each part begins in the order; the last number is where all end. */
  readonly starts: Int32Array
}
type Pair = { readonly from: number; readonly to: number }

/** 2,048² pairs of parts take 50 MB. */
const partsInTable = 2048

export function partsOf(union: Union, count: number): Parts {
  const sizes = new Map<number, number>()
  for (let i = 0; i < count; i++) sizes.set(union.find(i), (sizes.get(union.find(i)) ?? 0) + 1)
  const roots = [...sizes].sort(([a, sizeA], [b, sizeB]) => sizeA - sizeB || a - b)
  const starts = new Int32Array(roots.length + 1)
  for (const [part, [, size]] of roots.entries()) starts[part + 1] = starts[part]! + size
  const place = new Map(roots.map(([root], part) => [root, starts[part]!]))
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const root = union.find(i)
    const at = place.get(root)!
    order[at] = i
    place.set(root, at + 1)
  }
  return { count: roots.length, order, starts }
}

/** A point of which too few neighbours were found is this far from all: any edge is shorter than none. */
const farthest = 3e38

/** The same parts with so many points in all, evenly taken from each. */
export function thinned({ count, order, starts }: Parts, points: number): Parts {
  const most = Math.max(1, Math.floor(points / count))
  const sizes = Int32Array.from({ length: count }, (_, part) =>
    Math.min(most, starts[part + 1]! - starts[part]!),
  )
  const ends = new Int32Array(count + 1)
  for (const [part, size] of sizes.entries()) ends[part + 1] = ends[part]! + size
  const few = new Int32Array(ends[count]!)
  for (const [part, size] of sizes.entries()) {
    const step = (starts[part + 1]! - starts[part]!) / size
    for (let i = 0; i < size; i++) few[ends[part]! + i] = order[starts[part]! + Math.floor(i * step)]!
  }
  return { count, order: few, starts: ends }
}

/** The nearest pairs found so far; weights are halves of squared distances. */
type Keep = {
  /** A pair between these parts is of use below this. */
  limit(a: number, b: number): number
  put(
    a: number,
    b: number,
    at: { readonly weight: number; readonly row: number; readonly column: number },
  ): void
  /** Pairs of places in the order; every part occurs. */
  pairs(): readonly (readonly [number, number])[]
}

/** Edges of the tree between parts, at least one of each part. */
export async function between(
  points: Points,
  { core, parts }: { readonly core: Float64Array; readonly parts: Parts },
  tools: Multiply,
): Promise<readonly Pair[]> {
  const { order, starts, count } = parts
  const keep = count <= partsInTable ? table(count) : nearestOfEach(count)
  const partOf = new Int32Array(order.length)
  for (let part = 0; part < count; part++) partOf.fill(part, starts[part]!, starts[part + 1]!)
  const sorted = {
    parts,
    partOf,
    halves: Float32Array.from(order, (i) => points.halves[i]!),
    floors: Float32Array.from(order, (i) => Math.min(core[i]! ** 2 / 2, farthest)),
  }
  for await (const tile of pairTiles(points, { order, rowsUntil: starts[count - 1]! }, tools))
    look(sorted, keep, tile)
  return keep.pairs().map(([row, column]) => ({ from: order[row]!, to: order[column]! }))
}

type Sorted = {
  readonly parts: Parts
  readonly partOf: Int32Array
  readonly halves: Float32Array
  /** Half the squared core distance: no edge of the point is shorter. */
  readonly floors: Float32Array
}

function look({ parts, partOf, halves, floors }: Sorted, keep: Keep, tile: PairTile): void {
  const { firstRow, firstColumn, products } = tile
  const { rows, columns, data } = products
  const { starts } = parts
  for (let r = 0; r < rows; r++) {
    const row = firstRow + r
    const own = partOf[row]!
    const base = r * columns - firstColumn
    const until = firstColumn + columns
    // What comes later in the order and in another part.
    let column = Math.max(firstColumn, starts[own + 1]!)
    while (column < until) {
      const part = partOf[column]!
      const end = Math.min(until, starts[part + 1]!)
      const half = halves[row]!
      let lowest = Infinity
      let at = -1
      for (; column < end; column++) {
        const apart = half + halves[column]! - data[base + column]!
        // Asked first, for it is nearly always so, and spares a look at how dense it is there.
        if (apart >= lowest) continue
        const floor = floors[column]!
        const reach = apart > floor ? apart : floor
        if (reach < lowest) {
          lowest = reach
          at = column
        }
      }
      const weight = Math.max(lowest, floors[row]!)
      if (weight < keep.limit(own, part)) keep.put(own, part, { weight, row, column: at })
    }
  }
}

function nearestOfEach(count: number): Keep {
  const weights = new Float32Array(count).fill(Infinity)
  const pairs = new Int32Array(2 * count)
  return {
    limit: (a, b) => Math.max(weights[a]!, weights[b]!),
    put: (a, b, { weight, row, column }) => {
      for (const part of [a, b]) {
        if (weight >= weights[part]!) continue
        weights[part] = weight
        pairs[2 * part] = row
        pairs[2 * part + 1] = column
      }
    },
    pairs: () => Array.from(weights, (_, part) => [pairs[2 * part]!, pairs[2 * part + 1]!] as const),
  }
}

function table(count: number): Keep {
  const weights = new Float32Array(count * count).fill(Infinity)
  const rows = new Int32Array(count * count)
  const columns = new Int32Array(count * count)
  return {
    limit: (a, b) => weights[a * count + b]!,
    put: (a, b, { weight, row, column }) => {
      for (const at of [a * count + b, b * count + a]) {
        weights[at] = weight
        rows[at] = row
        columns[at] = column
      }
    },
    pairs: () => treeOf(weights, count).map((at) => [rows[at]!, columns[at]!] as const),
  }
}

/** Prim's tree over a full table: the places of its edges. */
function treeOf(weights: Float32Array, count: number): readonly number[] {
  const isIn = new Uint8Array(count)
  const best = new Int32Array(count).fill(-1)
  const edges: number[] = []
  let part = 0
  while (edges.length < count - 1) {
    isIn[part] = 1
    let next = -1
    for (let other = 0; other < count; other++) {
      if (isIn[other] === 1) continue
      const way = part * count + other
      if (best[other]! < 0 || weights[way]! < weights[best[other]!]!) best[other] = way
      if (next < 0 || weights[best[other]!]! < weights[best[next]!]!) next = other
    }
    edges.push(best[next]!)
    part = next
  }
  return edges
}
