// Mixtures with known truth, one for each way a folder can be awkward: the default beside plain names.
import { annotate, type Clusters } from '../../src/cluster/index.ts'
import { scene, shareRight, type SceneOptions } from '../../test/cluster/scenes.ts'
import type { Report } from '../bench.ts'
import { mean, percent, toolsOf, type Hands } from './sets.ts'

type Scenario = SceneOptions & { readonly clustersOf?: (truth: Int32Array) => Clusters }
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
  'names in a space of their own': { ...wide, wide: 24 },
  '100 names, 3 present': { ...wide, images: 200, classes: 100, present: 3, width: 48 },
}
const seeds = [1, 2, 3, 4, 5]

export async function scenariosRight({ runtime }: Hands, report: Report): Promise<void> {
  for (const [what, { clustersOf, ...o }] of Object.entries(scenarios)) {
    const found = { nearest: [] as number[], default: [] as number[] }
    for (const seed of seeds) {
      const { space, truth } = scene({ ...o, seed })
      const clusters = clustersOf ? { clusters: clustersOf(truth) } : {}
      const tools = toolsOf(runtime)
      found.default.push(shareRight((await annotate(space, clusters, tools)).classOf, truth))
      const nearest = await annotate(space, { ...clusters, method: 'nearest' }, tools)
      found.nearest.push(shareRight(nearest.classOf, truth))
    }
    for (const [method, all] of Object.entries(found))
      report.row({ what: `mixture: ${what}`, draws: seeds.length, method, 'right %': percent(mean(all)) })
  }
}
