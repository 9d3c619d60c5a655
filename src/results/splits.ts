// Parts to learn from, to choose settings by and to measure on: each class in each, no family in two.
import { randomFrom, shuffleInto } from '../math/index.ts'
import type { Item } from './labelled-set.ts'

export const parts = ['train', 'val', 'test'] as const
export type Part = (typeof parts)[number]
export type Shares = Readonly<Record<Part, number>>

/** Families, the large first, each go where their class lacks most of its share. */
export function partsOf(
  items: readonly Item[],
  classOf: ArrayLike<number>,
  { shares, seed }: { readonly shares: Shares; readonly seed: number },
): readonly Part[] {
  const families = shuffleInto([...familiesOf(items).values()], randomFrom(seed))
  families.sort((a, b) => b.length - a.length)
  const partOf: Part[] = Array.from({ length: items.length }, () => 'train')
  const given = new Map<number, Record<Part, number>>()
  for (const rows of families) {
    const kinds = Map.groupBy(rows, (row) => classOf[row]!)
    // A family of several classes goes by the one that it has most of.
    const [kind] = [...kinds].sort((a, b) => b[1].length - a[1].length)[0]!
    const own = given.get(kind) ?? { train: 0, val: 0, test: 0 }
    const all = own.train + own.val + own.test + rows.length
    const lack = (part: Part) => shares[part] * all - own[part]
    const part = parts.reduce((best, other) => (lack(other) > lack(best) + 1e-9 ? other : best))
    for (const [its, some] of kinds) {
      const counts = given.get(its) ?? { train: 0, val: 0, test: 0 }
      counts[part] += some.length
      given.set(its, counts)
    }
    for (const row of rows) partOf[row] = part
  }
  return partOf
}

/** Rows that a group or a likeness ties together, over any number of steps. */
function familiesOf(items: readonly Item[]): ReadonlyMap<number, number[]> {
  const parent = Int32Array.from(items.keys())
  const rootOf = (row: number): number => {
    while (parent[row] !== row) row = parent[row] = parent[parent[row]!]!
    return row
  }
  const firstOf = new Map<string, number>()
  items.forEach(({ group, nearTo }, row) => {
    if (nearTo !== null) parent[rootOf(row)] = rootOf(nearTo)
    if (group === null) return
    parent[rootOf(row)] = rootOf(firstOf.get(group) ?? row)
    if (!firstOf.has(group)) firstOf.set(group, row)
  })
  return Map.groupBy(items.keys(), rootOf)
}
