import type { Places } from './inside.ts'

export type Name = { readonly number: number; readonly x: number; readonly y: number; readonly count: number }

const cells = 24
const namesMost = 60

/** Where each class is densest: there its name stands. The largest classes come first. */
export function namesFor(
  { x, y }: Places,
  classOf: (index: number) => number,
  classes: number,
): readonly Name[] {
  const counts = new Uint32Array((classes + 1) * cells * cells)
  const totals = new Uint32Array(classes + 1)
  const cellOf = (i: number) =>
    Math.min(cells - 1, Math.floor(y[i]! * cells)) * cells + Math.min(cells - 1, Math.floor(x[i]! * cells))
  for (let i = 0; i < x.length; i++) {
    const number = classOf(i)
    counts[number * cells * cells + cellOf(i)]!++
    totals[number]!++
  }
  const names: Name[] = []
  for (let number = 1; number <= classes; number++) {
    const own = counts.subarray(number * cells * cells, (number + 1) * cells * cells)
    const cell = own.indexOf(own.reduce((a, b) => Math.max(a, b)))
    if (totals[number] === 0) continue
    const place = { x: ((cell % cells) + 0.5) / cells, y: (Math.floor(cell / cells) + 0.5) / cells }
    names.push({ number, ...place, count: totals[number]! })
  }
  return names.sort((a, b) => b.count - a.count).slice(0, namesMost)
}
