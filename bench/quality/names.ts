// Class names alone, no label: every method, and the default at other temperatures than its own.
import { annotateDefaults, methodNames } from '../../src/cluster/index.ts'
import type { Report } from '../bench.ts'
import { kept } from './kept.ts'
import { isFull, labelled, percent, shareRight, type Hands, type Set } from './sets.ts'

const temperatures = [0.2, 0.4]
const promised = 0.56

/** Right / 0.56 on Caltech-101, the least over all temperatures: a promise that hangs on one is none. */
export async function fromNames(set: Set, { runtime }: Hands, report: Report): Promise<number> {
  const ways = [
    ...methodsOf(set).map((method) => ({ method, temperature: annotateDefaults.temperature as number })),
    ...temperatures.map((temperature) => ({ method: annotateDefaults.method, temperature })),
  ]
  let least = 1
  for (const { method, temperature } of ways) {
    const name = `${set.name} names ${method} ${temperature}`
    const { right, perClass, seconds } = await kept(name, async () => {
      const from = performance.now()
      const { classOf } = await labelled(set, { method, temperature }, runtime)
      const took = (performance.now() - from) / 1000
      return {
        right: shareRight(classOf, set.truth),
        perClass: perClassOf(classOf, set.truth),
        seconds: took,
      }
    })
    const isDefault = method === annotateDefaults.method
    if (isDefault) least = Math.min(least, right)
    report.say(`${name}: ${percent(right)}%`)
    report.row({
      what: `${set.name}, names`,
      method: isDefault ? `${method} (default)` : method,
      temperature,
      'right %': percent(right),
      'mean of classes %': percent(perClass),
      seconds: seconds.toFixed(1),
    })
  }
  return least / promised
}

/** All on the first; on the other, quickly, what the default must beat. */
const methodsOf = ({ name }: Set) =>
  isFull || name === 'Caltech-101' ? methodNames : (['nearest', annotateDefaults.method] as const)

function perClassOf(classOf: Int32Array, truth: Int32Array): number {
  const counts = new Map<number, { all: number; right: number }>()
  for (const [i, its] of truth.entries()) {
    const count = counts.get(its) ?? { all: 0, right: 0 }
    counts.set(its, { all: count.all + 1, right: count.right + Number(classOf[i] === its) })
  }
  const each = [...counts.values()]
  return each.reduce((sum, count) => sum + count.right / count.all, 0) / each.length
}
