// All 101 names are given and only one to four of the classes occur: the default beside plain names and itself
// without its guard, over many draws of classes.
import { annotate, type AnnotateOptions } from '../../src/cluster/index.ts'
import { randomFrom, rowsOf, type Matrix } from '../../src/math/index.ts'
import type { Report } from '../bench.ts'
import { kept } from './kept.ts'
import { isFull, mean, percent, shareRight, toolsOf, type Hands, type Set as Images } from './sets.ts'

const draws = isFull ? 30 : 10
/** Points that the default may stay behind the better of the two. */
const allowed = 0.02
const contestants = {
  default: {},
  'names alone': { method: 'nearest' },
  'unguarded default': { isGuarded: false },
} as const satisfies Record<string, AnnotateOptions>
type Name = keyof typeof contestants

export async function withFewPresent(set: Images, { runtime }: Hands, report: Report): Promise<number> {
  const ratios: number[] = []
  for (const present of [1, 2, 3, 4]) {
    const rights: Record<Name, number[]> = { default: [], 'names alone': [], 'unguarded default': [] }
    for (let draw = 1; draw <= draws; draw++) {
      const found = await kept(`${set.name} present ${present} ${draw}`, () =>
        rightOfEach(set, { present, draw }, toolsOf(runtime)),
      )
      for (const [name, right] of Object.entries(found)) rights[name as Name].push(right)
    }
    const [ours, names, unguarded] = Object.values(rights).map(mean) as [number, number, number]
    ratios.push((ours + allowed) / Math.max(names, unguarded))
    for (const [name, all] of Object.entries(rights))
      report.row({
        what: `${present} of ${set.space.classNames.length} present`,
        draws,
        method: name,
        'right %': percent(mean(all)),
      })
    report.say(
      `${present} present: ${percent(ours)}%, names ${percent(names)}%, unguarded ${percent(unguarded)}%`,
    )
  }
  return Math.min(...ratios)
}

type Draw = { readonly present: number; readonly draw: number }

async function rightOfEach(
  { space, truth }: Images,
  { present, draw }: Draw,
  tools: ReturnType<typeof toolsOf>,
): Promise<Record<Name, number>> {
  const random = randomFrom(10 * draw + present)
  const chosen = new Set<number>()
  while (chosen.size < present) chosen.add(random.below(space.classNames.length))
  const rows = [...truth.keys()].filter((i) => chosen.has(truth[i]!))
  const some = (m: Matrix | null) => m && rowsOf(m, rows)
  const few = { ...space, images: some(space.images)!, joint: some(space.joint) }
  const its = Int32Array.from(rows, (i) => truth[i]!)
  // None of the three looks at clusters.
  const none = new Int32Array(rows.length)
  const clusters = { micro: none, meta: none }
  const right = async (o: AnnotateOptions) =>
    shareRight((await annotate(few, { clusters, ...o }, tools)).classOf, its)
  return {
    default: await right(contestants.default),
    'names alone': await right(contestants['names alone']),
    'unguarded default': await right(contestants['unguarded default']),
  }
}
