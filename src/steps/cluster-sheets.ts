// What to show of a cluster: images from its middle to its rim, and how much its neighbours agree.
import type { ImageId } from '../base/index.ts'
import { rowOf, rowsOf, tiles, type Matrix, type Tools } from '../math/index.ts'
import type { LevelName, SheetOfCluster } from './kept-clusters.ts'

type Embedded = { readonly ids: readonly ImageId[]; readonly rows: Matrix }
type Groups = { readonly micro: Int32Array; readonly meta: Int32Array }

/** Fewer fit on no screen; more, nobody looks at before naming. */
const shownMiddle = 8
const shownRest = 16
/** Of so many images neighbours are looked up: 100,000 rows of 512 then take 4 s rather than 100. */
const askedMost = 4096
const neighboursAsked = 5

export async function sheetsOf(
  { ids, rows }: Embedded,
  groups: Groups,
  tools: Tools,
): Promise<Readonly<Record<LevelName, readonly SheetOfCluster[]>>> {
  const asked = askedOf(groups.micro)
  const near = await nearestTo(rows, asked, tools)
  const level = (of: Int32Array): readonly SheetOfCluster[] => {
    const agreement = agreementOf(of, near)
    return membersOf(of).map((members, id) => {
      const order = byCloseness(rows, members)
      const typical = fromMiddleToRim(order).map((row) => ids[row]!)
      return { id, size: members.length, typical, agreement: agreement.get(id) ?? null }
    })
  }
  return { micro: level(groups.micro), meta: level(groups.meta) }
}

function membersOf(of: Int32Array): readonly (readonly number[])[] {
  const members: number[][] = []
  of.forEach((id, row) => {
    if (id < 0) return
    while (members.length <= id) members.push([])
    members[id]!.push(row)
  })
  return members
}

function byCloseness(rows: Matrix, members: readonly number[]): readonly number[] {
  const centre = new Float64Array(rows.columns)
  for (const row of members) rowOf(rows, row).forEach((x, j) => (centre[j]! += x))
  const near = new Map(
    members.map((row) => [row, rowOf(rows, row).reduce((sum, x, j) => sum + x * centre[j]!, 0)]),
  )
  return members.toSorted((a, b) => near.get(b)! - near.get(a)! || a - b)
}

/** The middle tells what it is; an even draw of the rest, what else is in it. */
function fromMiddleToRim(order: readonly number[]): readonly number[] {
  const rest = order.slice(shownMiddle)
  const each = Math.max(1, rest.length / shownRest)
  const drawn = Array.from(
    { length: Math.min(shownRest, rest.length) },
    (_, i) => rest[Math.floor(i * each)]!,
  )
  return [...order.slice(0, shownMiddle), ...drawn]
}

/** As many of each cluster, evenly; noise belongs to none. */
function askedOf(micro: Int32Array): Int32Array {
  const members = membersOf(micro)
  const quota = Math.max(1, Math.floor(askedMost / Math.max(1, members.length)))
  return Int32Array.from(
    members.flatMap((own) => {
      const step = Math.max(1, own.length / quota)
      return Array.from({ length: Math.min(quota, own.length) }, (_, i) => own[Math.floor(i * step)]!)
    }),
  )
}

type Near = { readonly asked: Int32Array; readonly ids: Int32Array }

/** Rows have length one, so that the largest product is the nearest. */
async function nearestTo(rows: Matrix, asked: Int32Array, tools: Tools): Promise<Near> {
  const ids = new Int32Array(asked.length * neighboursAsked).fill(-1)
  const best = new Float32Array(ids.length).fill(-Infinity)
  for await (const { firstQuery, firstRow, products } of tiles(rowsOf(rows, asked), rows, tools)) {
    for (let q = 0; q < products.rows; q++) {
      const own = { from: (firstQuery + q) * neighboursAsked, self: asked[firstQuery + q]! }
      takeInto({ ids, best }, own, { of: rowOf(products, q), firstRow })
    }
  }
  return { asked, ids }
}

function takeInto(
  { ids, best }: { readonly ids: Int32Array; readonly best: Float32Array },
  { from, self }: { readonly from: number; readonly self: number },
  products: { readonly of: Float32Array; readonly firstRow: number },
): void {
  const last = from + neighboursAsked - 1
  for (let c = 0; c < products.of.length; c++) {
    const [near, row] = [products.of[c]!, products.firstRow + c]
    if (near <= best[last]! || row === self) continue
    let at = last
    for (; at > from && best[at - 1]! < near; at--) {
      best[at] = best[at - 1]!
      ids[at] = ids[at - 1]!
    }
    best[at] = near
    ids[at] = row
  }
}

function agreementOf(of: Int32Array, { asked, ids }: Near): ReadonlyMap<number, number> {
  const sizes = new Map<number, number>()
  for (const id of of) sizes.set(id, (sizes.get(id) ?? 0) + 1)
  const sums = new Map<number, { same: number; all: number }>()
  asked.forEach((row, i) => {
    const id = of[row]!
    const count = Math.min(neighboursAsked, sizes.get(id)! - 1)
    const near = ids.subarray(i * neighboursAsked, i * neighboursAsked + count)
    const sum = sums.get(id) ?? { same: 0, all: 0 }
    for (const other of near) sum.same += Number(of[other] === id)
    sums.set(id, { ...sum, all: sum.all + near.length })
  })
  return new Map([...sums].flatMap(([id, { same, all }]) => (all > 0 ? [[id, same / all] as const] : [])))
}
