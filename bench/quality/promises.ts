// What is promised at a precision of 0.95, over 20 draws of each setting: kept or broken.
import { annotate, type Annotated } from '../../src/cluster/index.ts'
import { randomFrom } from '../../src/math/index.ts'
import { abstain, auditOf, surest } from '../../src/measure/index.ts'
import { scene, type SceneOptions } from '../../test/cluster/scenes.ts'
import type { Report } from '../bench.ts'
import { drawn } from './few.ts'
import { kept } from './kept.ts'
import { labelled, mean, percent, toolsOf, type Hands, type Set } from './sets.ts'

const precision = 0.95
const keptAtLeast = 0.8
const seeds = Array.from({ length: 20 }, (_, i) => i + 1)
const scenes: Readonly<Record<string, SceneOptions & { readonly isSeparable: boolean }>> = {
  'separable mixture': { images: 1000, classes: 10, spread: 0.5, error: 0.5, width: 64, isSeparable: true },
  'separable, falling by half': {
    images: 1000,
    classes: 8,
    spread: 0.5,
    error: 0.5,
    width: 64,
    falling: 0.6,
    isSeparable: true,
  },
  'touching mixture': { images: 1000, classes: 10, spread: 1.8, error: 1, isSeparable: false },
  'misleading names': { images: 1000, classes: 20, spread: 1.2, error: 2, isSeparable: false },
}

type Judged = { readonly promised: boolean; readonly share: number; readonly precision: number }

/** The least of: precision reached / 0.95 of every promise; share kept / 0.8 of what is separable. */
export async function promisesKept(
  sets: readonly Set[],
  { runtime }: Hands,
  report: Report,
): Promise<number> {
  const ratios: number[] = []
  const tell = (what: string, all: readonly Judged[], isSeparable: boolean) => {
    const held = all.filter((it) => it.promised)
    const least = Math.min(1, ...held.map((it) => it.precision))
    const share = mean(all.map((it) => it.share))
    ratios.push(least / precision, ...(isSeparable ? [share / keptAtLeast] : []))
    report.row({
      what: `promise of 0.95: ${what}`,
      draws: all.length,
      'promises made': held.length,
      broken: held.filter((it) => it.precision < precision).length,
      'least precision %': held.length > 0 ? percent(least) : '',
      'kept %': percent(share),
    })
  }
  for (const [name, { isSeparable, ...o }] of Object.entries(scenes)) {
    const all: Judged[] = []
    for (const seed of seeds) {
      const one = async () => {
        const { space, truth } = scene({ ...o, seed })
        const found = await annotate(space, {}, toolsOf(runtime))
        return judged(found, { truth, examples: space.examples, seed })
      }
      all.push(await kept(`promise ${name} ${seed}`, one))
    }
    tell(name, all, isSeparable)
  }
  for (const set of sets) {
    for (const [what, shots] of [
      ['names', 0],
      ['five a class', 5],
    ] as const) {
      const all = await kept(`${set.name} promises ${what}`, () => ofSet(set, shots, runtime))
      tell(`${set.name}, ${what}`, all, false)
    }
  }
  return Math.min(...ratios)
}

/** Names give one annotation, audited 20 times; of examples there are two draws, each audited ten times. */
async function ofSet(set: Set, shots: number, runtime: Hands['runtime']): Promise<Judged[]> {
  const all: Judged[] = []
  for (const draw of shots === 0 ? [0] : [1, 2]) {
    const examples = shots === 0 ? new Map<number, number>() : drawn(set.truth, { shots, seed: draw })
    const given = shots === 0 ? {} : { examples, joint: null, text: null }
    const found = await labelled(set, { given }, runtime)
    const audits = shots === 0 ? seeds : seeds.slice(0, 10)
    for (const seed of audits)
      all.push(judged(found, { truth: set.truth, examples, seed: 100 * draw + seed }))
  }
  return all
}

type Truth = {
  readonly truth: Int32Array
  readonly examples: ReadonlyMap<number, number>
  readonly seed: number
}

/** Precision is measured without what a person labelled; the answers of the audit do not change labels. */
function judged(found: Annotated, { truth, examples, seed }: Truth): Judged {
  const asked = auditOf(surest(precision, found), examples, randomFrom(seed))
  const answers = new Map(Array.from(asked, (row) => [row, truth[row]!]))
  const { promised, kept: rows, share } = abstain(precision, found, answers)
  const own = rows.filter((row) => !examples.has(row))
  const right = own.filter((row) => found.classOf[row] === truth[row]).length
  return { promised, share, precision: own.length > 0 ? right / own.length : 1 }
}
