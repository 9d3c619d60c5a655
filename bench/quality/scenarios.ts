// Mixtures with known truth, one for each way a folder can be awkward: the default beside plain names.
import { annotate, annotateDefaults, type Clusters, type MethodName } from '../../src/cluster/index.ts'
import { scene, shareRight, type SceneOptions } from '../../test/cluster/scenes.ts'
import type { Report } from '../bench.ts'
import { kept } from './kept.ts'
import { mean, percent, toolsOf, type Hands } from './sets.ts'

type Scenario = SceneOptions & {
  readonly clustersOf?: (truth: Int32Array) => Clusters
  /** 5 where it is not said. */
  readonly draws?: number
}
const wide = { spread: 1.2, error: 1.2 }
const scenarios: Readonly<Record<string, Scenario>> = {
  'one meta-cluster': {
    ...wide,
    clustersOf: (truth) => ({
      micro: truth.map((its, i) => 3 * its + (i % 3)),
      meta: new Int32Array(truth.length),
    }),
  },
  'more clusters than classes': {
    ...wide,
    clustersOf: (truth) => ({ micro: truth.map((its, i) => 8 * its + (i % 8)), meta: truth }),
  },
  'more classes than clusters': { ...wide, images: 120, classes: 100, width: 64, present: 30 },
  'each class 0.6 of the one before': { ...wide, images: 600, classes: 10, falling: 0.6 },
  'mixed clusters': {
    ...wide,
    clustersOf: (truth) => ({ micro: truth.map((_, i) => i % 12), meta: truth.map((its) => its % 2) }),
  },
  '20 images': { ...wide, images: 20 },
  '20,000 images': { ...wide, images: 20_000, width: 16 },
  // Beyond 20,000 images micro-clusters are labelled first.
  '50,000 images': { ...wide, images: 50_000, width: 16, draws: 1 },
  'a width of 3': { spread: 0.4, error: 0.4, classes: 4, width: 3 },
  'a width of 2,048': { ...wide, width: 2048 },
  'names in a space of their own': { ...wide, wide: 24 },
  '100 names, 3 present': { ...wide, images: 200, classes: 100, present: 3, width: 48 },
}

export async function scenariosRight({ runtime }: Hands, report: Report): Promise<void> {
  for (const [what, { draws = 5, ...o }] of Object.entries(scenarios)) {
    const found = { nearest: [] as number[], default: [] as number[] }
    for (let seed = 1; seed <= draws; seed++) {
      const right = await kept(`scenario ${what} ${seed}`, () => rightIn(o, seed, runtime))
      found.nearest.push(right.nearest)
      found.default.push(right.default)
    }
    for (const [method, all] of Object.entries(found))
      report.row({ what: `mixture: ${what}`, draws, method, 'right %': percent(mean(all)) })
    report.say(`${what}: names ${percent(mean(found.nearest))}%, default ${percent(mean(found.default))}%`)
  }
}

async function rightIn({ clustersOf, ...o }: Scenario, seed: number, runtime: Hands['runtime']) {
  const { space, truth } = scene({ ...o, seed })
  const clusters = clustersOf ? { clusters: clustersOf(truth) } : {}
  const right = async (method: MethodName) =>
    shareRight((await annotate(space, { ...clusters, method }, toolsOf(runtime))).classOf, truth)
  return { nearest: await right('nearest'), default: await right(annotateDefaults.method) }
}
