// One and five labelled examples a class, no names: the methods against a linear probe of the same draw.
import { annotateDefaults, methodNames } from '../../src/cluster/index.ts'
import { randomFrom, rowsOf, shuffleInto, type Matrix } from '../../src/math/index.ts'
import type { Runtime } from '../../src/runtime/index.ts'
import type { Report } from '../bench.ts'
import { kept } from './kept.ts'
import { isFull, labelled, mean, percent, shareRight, type Hands, type Set } from './sets.ts'

/** Points above the probe. */
const promised: Readonly<Record<number, number>> = { 1: 0.08, 5: 0.03 }
const seeds = isFull ? [1, 2, 3, 4, 5] : [1, 2, 3]
const pulls = [1, 0.1, 0.01]
/** The other methods, on the first draw only. */
const rivals = isFull ? methodNames.filter((name) => name !== annotateDefaults.method) : []

export async function fromExamples(set: Set, { runtime }: Hands, report: Report): Promise<number> {
  const ratios: number[] = []
  for (const [count, gain] of Object.entries(promised)) {
    const shots = Number(count)
    const draws = seeds.map((seed) => ({ shots, seed, examples: drawn(set.truth, { shots, seed }) }))
    const probe = mean(await inTurn(draws, (draw) => probed(set, draw, runtime)))
    const ours = mean(
      await inTurn(draws, (draw) => right(set, { ...draw, method: annotateDefaults.method }, runtime)),
    )
    ratios.push(ours / (probe + gain))
    const row = { what: `${set.name}, ${shots} a class`, draws: seeds.length }
    report.row({ ...row, method: 'linear probe, best of three pulls', 'right %': percent(probe) })
    report.row({ ...row, method: `${annotateDefaults.method} (default)`, 'right %': percent(ours) })
    report.say(`${row.what}: ${percent(ours)}%, a probe ${percent(probe)}%`)
    for (const method of rivals) {
      const its = await right(set, { ...draws[0]!, method }, runtime)
      report.row({ ...row, draws: 1, method, 'right %': percent(its) })
    }
  }
  return Math.min(...ratios)
}

const inTurn = async <T, R>(all: readonly T[], of: (one: T) => Promise<R>): Promise<R[]> => {
  const found: R[] = []
  for (const one of all) found.push(await of(one))
  return found
}

type Draw = {
  readonly shots: number
  readonly seed: number
  readonly examples: ReadonlyMap<number, number>
}

export function drawn(
  truth: Int32Array,
  { shots, seed }: Omit<Draw, 'examples'>,
): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  const examples = new Map<number, number>()
  for (const row of shuffleInto(Int32Array.from(truth.keys()), randomFrom(seed))) {
    const its = truth[row]!
    const count = counts.get(its) ?? 0
    if (count === shots) continue
    counts.set(its, count + 1)
    examples.set(row, its)
  }
  return examples
}

type How = Draw & { readonly method: (typeof methodNames)[number] }

const right = (set: Set, { shots, seed, examples, method }: How, runtime: Runtime): Promise<number> =>
  kept(`${set.name} ${shots} ${method} ${seed}`, async () => {
    const given = { joint: null, text: null, examples }
    return shareRight((await labelled(set, { given, method }, runtime)).classOf, set.truth, examples)
  })

/** Its strength is chosen by the truth: the best that a probe could be. */
const probed = ({ name, space, truth }: Set, { shots, seed, examples }: Draw, runtime: Runtime) =>
  kept(`${name} ${shots} probe ${seed}`, async () => {
    const rows = rowsOf(space.images, [...examples.keys()])
    const labels = Int32Array.from(examples.values())
    const classes = space.classNames.length
    const found: number[] = []
    for (const pull of pulls) {
      const head = await runtime.trainHead(rows, labels, { classes, pull, seed })
      found.push(shareRight(largest(await runtime.probabilities(head, space.images)), truth, examples))
    }
    return Math.max(...found)
  })

const largest = ({ rows, columns, data }: Matrix): Int32Array =>
  Int32Array.from({ length: rows }, (_, i) => {
    const row = data.subarray(i * columns, (i + 1) * columns)
    return row.indexOf(Math.max(...row))
  })
