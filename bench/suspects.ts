// Wrong labels planted in CIFAR-10, and how many of them come first: what `suspects` finds, beside cleanlab on the
// same guesses and a plain vote of neighbours on the same embeddings.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openImages } from '../src/images/index.ts'
import { randomFrom, shuffleInto, stacked, type Matrix } from '../src/math/index.ts'
import { auroc } from '../src/measure/index.ts'
import { openRuntime, type Runtime } from '../src/runtime/index.ts'
import { doubted } from '../src/steps/suspects.ts'
import { median, type Bench, type Report } from './bench.ts'
import { cifarClasses, folderOf } from './data.ts'
import { embedded } from './embedded.ts'
import { keepResult, today } from './keep.ts'
import { cifarPictures } from './learning/pictures.ts'

const of = { train: 5000, test: 2000 }
const shares = [0.05, 0.3]
const seeds = [1, 2, 3]
const encoder = 'resnet50'
const names = Array.from({ length: cifarClasses }, (_, i) => `class ${i}`)

type Given = { readonly rows: Matrix; readonly labels: Int32Array }
type Said = { readonly quality: ArrayLike<number>; readonly flagged: ArrayLike<number | boolean> }
type Figures = Readonly<Record<'auroc' | 'precision' | 'recall' | 'flagged', number>>

export const bench: Bench = {
  name: 'suspects',
  says: 'wrong labels planted in CIFAR-10: AUROC of ours over that of cleanlab on the same guesses, the lesser of two',
  async run(report) {
    const runtime = openRuntime({ cores: 2, cache: folderOf('models') })
    const { rows, truth } = await photographs(runtime, report.say)
    const found: Record<string, unknown>[] = []
    const ratios: number[] = []
    for (const share of shares) {
      const by = await compared({ rows, truth, share }, runtime, report)
      for (const [who, figures] of Object.entries(by)) {
        report.row({ wrong: `${100 * share}%`, of: who, ...shown(figures) })
        found.push({ wrong: share, of: who, ...figures })
      }
      ratios.push(by['cleanlab'] ? by['bowerbird']!.auroc / by['cleanlab'].auroc : 0)
    }
    await runtime.close()
    const ratio = Math.min(...ratios)
    if (ratio > 0) keep(found, ratio)
    return ratio
  },
}

async function photographs(runtime: Runtime, say: Report['say']) {
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 1 })
  const { train, test } = await cifarPictures(of, say)
  const parts = [
    await embedded(train, encoder, { runtime, images, say }),
    await embedded(test, encoder, { runtime, images, say }),
  ]
  await images.close()
  return { rows: stacked(parts), truth: Int32Array.of(...train.labels, ...test.labels) }
}

type Planted = { readonly rows: Matrix; readonly truth: Int32Array; readonly share: number }

/** The mean over the seeds of each. */
async function compared(
  { rows, truth, share }: Planted,
  runtime: Runtime,
  { say }: Report,
): Promise<Readonly<Record<string, Figures & { readonly seconds?: number }>>> {
  const all = new Map<string, Figures[]>()
  const seconds: number[] = []
  for (const seed of seeds) {
    const labels = withErrors(truth, share, seed)
    const isWrong = labels.map((c, i) => Number(c !== truth[i]))
    const from = performance.now()
    const { probabilities, doubt, isOff } = await doubted(
      { rows, labels, names },
      { encoder, seed },
      { runtime, signal: new AbortController().signal },
    )
    seconds.push((performance.now() - from) / 1000)
    const ours = { quality: doubt.map((d) => -d), flagged: isOff }
    const said = { bowerbird: ours, ...peers({ rows, labels }, probabilities, say) }
    for (const [who, its] of Object.entries(said))
      all.set(who, [...(all.get(who) ?? []), figuresOf(its, isWrong)])
    say(`${100 * share}% wrong, seed ${seed}: AUROC ${all.get('bowerbird')!.at(-1)!.auroc.toFixed(4)}`)
  }
  const means = Object.fromEntries([...all].map(([who, its]) => [who, meanOf(its)]))
  return { ...means, bowerbird: { ...means['bowerbird']!, seconds: rounded(median(seconds)) } }
}

/** Each wrong label is any of the other classes, all alike. */
function withErrors(truth: Int32Array, share: number, seed: number): Int32Array {
  const random = randomFrom(seed)
  const labels = truth.slice()
  const count = Math.round(share * truth.length)
  for (const i of shuffleInto([...truth.keys()], random).slice(0, count)) {
    labels[i] = (truth[i]! + 1 + random.below(cifarClasses - 1)) % cifarClasses
  }
  return labels
}

/** Nobody where no Python with cleanlab is named. */
function peers({ rows, labels }: Given, guesses: Matrix, say: Report['say']): Readonly<Record<string, Said>> {
  const python = process.env['BOWERBIRD_PYTHON']
  const folder = mkdtempSync(path.join(tmpdir(), 'bowerbird-bench-'))
  writeFileSync(path.join(folder, 'rows'), rows.data)
  writeFileSync(path.join(folder, 'labels'), labels)
  writeFileSync(path.join(folder, 'probabilities'), guesses.data)
  const script = new URL('peers/label_errors.py', import.meta.url).pathname
  const given = [script, folder, String(rows.columns), String(guesses.columns)]
  const ran = python ? spawnSync(python, given, { encoding: 'utf8', maxBuffer: 1e8 }) : undefined
  rmSync(folder, { recursive: true })
  if (ran?.status === 0) return JSON.parse(ran.stdout)
  say('SKIPPED the comparison: set BOWERBIRD_PYTHON to a Python that has cleanlab; the ratio is 0')
  return {}
}

function figuresOf({ quality, flagged }: Said, isWrong: Int32Array): Figures {
  const wrong = isWrong.reduce((sum, is) => sum + is, 0)
  const places = Array.from({ length: flagged.length }, (_, i) => i).filter((i) => flagged[i])
  const right = places.filter((i) => isWrong[i]).length
  return {
    auroc: auroc(
      Array.from(quality, (q) => -q),
      isWrong,
    ),
    precision: right / places.length,
    recall: right / wrong,
    flagged: places.length,
  }
}

function meanOf(all: readonly Figures[]): Figures {
  const mean = (of: keyof Figures) => rounded(all.reduce((sum, its) => sum + its[of], 0) / all.length)
  return {
    auroc: mean('auroc'),
    precision: mean('precision'),
    recall: mean('recall'),
    flagged: mean('flagged'),
  }
}

const rounded = (value: number): number => Number(value.toPrecision(4))

const shown = ({ auroc, precision, recall, flagged, ...more }: Figures & { readonly seconds?: number }) => ({
  AUROC: auroc.toFixed(4),
  'precision %': (100 * precision).toFixed(1),
  'recall %': (100 * recall).toFixed(1),
  flagged: Math.round(flagged),
  seconds: more.seconds?.toFixed(1) ?? '',
})

function keep(found: readonly Record<string, unknown>[], ratio: number): void {
  const all = {
    command: 'npm run bench suspects',
    date: today(),
    images: of.train + of.test,
    seeds: seeds.length,
    found,
    ratio: rounded(ratio),
  }
  keepResult('suspects', all)
}
