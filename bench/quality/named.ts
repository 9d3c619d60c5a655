// From nothing: clusters are shown, the largest first, and a person names each with one key. How many images are
// right for so many keys, beside the same number of keys spent on single images drawn at random.
import { randomFrom, shuffleInto } from '../../src/math/index.ts'
import type { Report } from '../bench.ts'
import { kept } from './kept.ts'
import { isFull, labelled, percent, shareRight, type Hands, type Set } from './sets.ts'

export async function fromNamedClusters(set: Set, { runtime }: Hands, report: Report): Promise<void> {
  const groups = groupsOf(set)
  const all = groups.length
  for (const keys of isFull ? [set.space.classNames.length, Math.round(all / 2), all] : [all]) {
    const { byCluster, byImage, spread } = await kept(`${set.name} keys ${keys}`, async () => {
      const named = new Map(
        groups.slice(0, keys).flatMap((group) => group.rows.map((row) => [row, group.its])),
      )
      const images = shuffleInto(Int32Array.from(set.truth.keys()), randomFrom(1)).subarray(0, keys)
      const single = new Map(Array.from(images, (row) => [row, set.truth[row]!]))
      const right = async (examples: ReadonlyMap<number, number>) => {
        const given = { joint: null, text: null, examples }
        return shareRight((await labelled(set, { given }, runtime)).classOf, set.truth)
      }
      const shown = new Map(groups.slice(0, keys).map((group) => [group.middle, set.truth[group.middle]!]))
      return {
        byCluster: [...named].filter(([row, its]) => set.truth[row] === its).length / set.truth.length,
        byImage: await right(single),
        spread: await right(shown),
      }
    })
    const row = { what: `${set.name}, ${keys} keys` }
    const tell = (method: string, share: number) =>
      report.row({
        ...row,
        method,
        'right %': percent(share),
        'right a key': ((share * set.truth.length) / keys).toFixed(1),
      })
    tell('clusters named, others left open', byCluster)
    tell('the middle of each cluster named, then default', spread)
    tell('single images at random named, then default', byImage)
  }
}

type Group = { readonly rows: readonly number[]; readonly its: number; readonly middle: number }

/** The largest first; a person gives a cluster the name of most of its images. */
function groupsOf({ truth, clusters, pictures }: Set): readonly Group[] {
  const groups = new Map<number, number[]>()
  for (const [row, cluster] of clusters.micro.entries())
    if (cluster >= 0) groups.set(cluster, [...(groups.get(cluster) ?? []), row])
  return [...groups.values()]
    .sort((a, b) => b.length - a.length)
    .map((rows) => ({
      rows,
      its: mostOf(rows.map((row) => truth[row]!)),
      middle: middleOf(rows, pictures.rows),
    }))
}

function mostOf(classes: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const its of classes) counts.set(its, (counts.get(its) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0]![0]
}

function middleOf(rows: readonly number[], m: Set['pictures']['rows']): number {
  const mean = new Float64Array(m.columns)
  for (const row of rows) for (let j = 0; j < mean.length; j++) mean[j]! += m.data[row * m.columns + j]!
  const nearness = (row: number) => mean.reduce((sum, x, j) => sum + x * m.data[row * m.columns + j]!, 0)
  return rows.reduce((best, row) => (nearness(row) > nearness(best) ? row : best))
}
