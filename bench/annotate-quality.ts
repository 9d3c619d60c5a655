// How well a folder labels itself: from class names, from few examples, from named clusters, and what it can
// promise. What took long is kept until the code changes, so that a run that was stopped goes on.
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openRuntime } from '../src/runtime/index.ts'
import type { Bench, Report } from './bench.ts'
import { folderOf } from './data.ts'
import { withFewPresent } from './quality/absent.ts'
import { fromExamples } from './quality/few.ts'
import { fromNamedClusters } from './quality/named.ts'
import { fromNames } from './quality/names.ts'
import { promisesKept } from './quality/promises.ts'
import { scenariosRight } from './quality/scenarios.ts'
import { setsOf, type Hands } from './quality/sets.ts'

const file = path.join(import.meta.dirname, 'results', 'annotate-quality.json')

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
  const [caltech] = sets
  const ratios: Record<string, number> = { 'names alone': await fromNames(caltech!, hands, report) }
  await fromNames(sets[1]!, hands, report)
  for (const set of sets) ratios[`examples of ${set.name}`] = await fromExamples(set, hands, report)
  ratios['few present'] = await withFewPresent(caltech!, hands, report)
  for (const set of sets) await fromNamedClusters(set, hands, report)
  await scenariosRight(hands, report)
  ratios['promises'] = await promisesKept(sets, hands, report)
  for (const [what, ratio] of Object.entries(ratios)) say(`${what}: ${ratio.toFixed(3)}`)
  const ratio = Math.min(...Object.values(ratios))
  const result = { command: 'npm run bench annotate-quality', measured: rows, ratios, ratio }
  await writeFile(file, `${JSON.stringify(result, null, 1)}\n`)
  return ratio
}
