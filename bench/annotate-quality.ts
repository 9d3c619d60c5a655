// How well a folder labels itself: from class names, from few examples, from named clusters, and what it can
// promise. What took long is kept until the code changes, so that a run that was stopped goes on.
import { openRuntime } from '../src/runtime/index.ts'
import type { Bench, Report } from './bench.ts'
import { folderOf } from './data.ts'
import { keepResult } from './keep.ts'
import { withFewPresent } from './quality/absent.ts'
import { fromExamples } from './quality/few.ts'
import { fromNamedClusters } from './quality/named.ts'
import { fromNames } from './quality/names.ts'
import { promisesKept } from './quality/promises.ts'
import { scenariosRight } from './quality/scenarios.ts'
import { isFull, setsOf, type Hands } from './quality/sets.ts'

export const bench: Bench = {
  name: 'annotate-quality',
  says:
    'Labels from names, examples and clusters; the ratio is the least of reached / promised: 56% from names at ' +
    'any temperature, 2 points behind the best where few names occur, 8 and 3 points above a linear probe, ' +
    'every promise of 0.95 held, 80% kept of what is separable',
  async run(report) {
    const runtime = openRuntime({ cores: 0, cache: folderOf('models') })
    try {
      return await measured({ runtime, say: report.say }, report)
    } finally {
      await runtime.close()
    }
  },
}

async function measured(hands: Hands, { row, say }: Report): Promise<number> {
  const rows: object[] = []
  const report: Report = { say, row: (cells) => (rows.push(cells), row(cells)) }
  const sets = await setsOf(hands)
  // Nothing was measured: that is no success.
  if (sets.length === 0) return 0
  const caltech = sets[0]!
  const ratios: Record<string, number> = {}
  const parts: Readonly<Record<string, () => Promise<number | void>>> = {
    'names alone': () => fromNames(caltech, hands, report),
    'examples of Caltech-101': () => fromExamples(caltech, hands, report),
    'examples of CIFAR-10': () => fromExamples(sets[1]!, hands, report),
    'few present': () => withFewPresent(caltech, hands, report),
    promises: () => promisesKept(sets, hands, report),
    scenarios: () => scenariosRight(hands, report),
    'names of CIFAR-10': async () => void (await fromNames(sets[1]!, hands, report)),
    'named clusters': async () => {
      for (const set of sets) await fromNamedClusters(set, hands, report)
    },
  }
  for (const [what, measure] of Object.entries(parts)) {
    const ratio = await measure()
    if (typeof ratio === 'number') ratios[what] = ratio
    const result = {
      command: `${isFull ? 'BOWERBIRD_BENCH_FULL=1 ' : ''}npm run bench annotate-quality`,
      measured: rows,
      ratios,
      notYetMeasured: Object.keys(parts).slice(Object.keys(parts).indexOf(what) + 1),
    }
    keepResult('annotate-quality', result)
    say(`${what}: ${typeof ratio === 'number' ? ratio.toFixed(3) : 'measured'}`)
  }
  return Math.min(...Object.values(ratios))
}
