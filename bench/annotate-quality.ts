// How well a folder labels itself: class names alone, no label. Caltech-101 without its background folder.
import { annotate, annotateDefaults, methodNames, type MethodName, type Space } from '../src/cluster/index.ts'
import { openImages } from '../src/images/index.ts'
import { randomFrom, rowsOf, type Matrix } from '../src/math/index.ts'
import { openRuntime, type Runtime } from '../src/runtime/index.ts'
import type { Bench, Report } from './bench.ts'
import { folderOf, maybeCaltech101, type Photograph } from './data.ts'
import { embedded } from './embedded.ts'

const promised = 0.56

export const bench: Bench = {
  name: 'annotate-quality',
  says: 'Labels from class names alone on Caltech-101; the ratio is the share right by default / 0.56',
  async run(report) {
    const photographs = await maybeCaltech101(report.say)
    // Nothing was measured: that is no success.
    if (!photographs) return 0
    const runtime = openRuntime({ cores: 0, cache: folderOf('models') })
    try {
      return await measured(await sceneOf(photographs, runtime, report), runtime, report)
    } finally {
      await runtime.close()
    }
  },
}

type Scene = { readonly space: Space; readonly truth: Int32Array }

async function sceneOf(all: readonly Photograph[], runtime: Runtime, { say }: Report): Promise<Scene> {
  const classNames = [...new Set(all.map((one) => one.class))].sort()
  const pictures = { name: 'caltech101', count: all.length, bytes: async (i: number) => all[i]!.bytes }
  const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 1 })
  try {
    const rows = await embedded(pictures, 'resnet50', { runtime, images, say })
    const told = { say: ({ sentence }: { readonly sentence: string }) => say(sentence) }
    const text = await runtime.textOf(classNames, told)
    const joint = await runtime.jointOf(rows, { encoder: 'resnet50', ...told })
    return {
      space: { images: rows, joint, text, classNames, examples: new Map() },
      truth: Int32Array.from(all, (one) => classNames.indexOf(one.class)),
    }
  } finally {
    await images.close()
  }
}

async function measured(scene: Scene, runtime: Runtime, report: Report): Promise<number> {
  let ratio = 0
  for (const method of methodNames) {
    const from = performance.now()
    const { right, perClass } = await shareRight(scene, method, runtime)
    const isDefault = method === annotateDefaults.method
    if (isDefault) ratio = right / promised
    report.say(`${method}: ${percent(right)}% right`)
    report.row({
      method: isDefault ? `${method} (default)` : method,
      'right %': percent(right),
      'mean of classes %': percent(perClass),
      seconds: ((performance.now() - from) / 1000).toFixed(1),
      // Guarded is the default alone, against nearest names.
      ...(isDefault || method === 'nearest' ? await withAbsent(scene, method, runtime) : {}),
    })
  }
  return ratio
}

const percent = (share: number): string => (100 * share).toFixed(2)

async function shareRight(
  { space, truth }: Scene,
  method: MethodName,
  { matmul }: Runtime,
): Promise<{ readonly right: number; readonly perClass: number }> {
  const { classOf } = await annotate(space, { method }, { random: randomFrom(1), matmul })
  const counts = new Map<number, { all: number; right: number }>()
  for (const [i, its] of truth.entries()) {
    const count = counts.get(its) ?? { all: 0, right: 0 }
    counts.set(its, { all: count.all + 1, right: count.right + Number(classOf[i] === its) })
  }
  const each = [...counts.values()]
  const right = each.reduce((sum, count) => sum + count.right, 0) / truth.length
  return { right, perClass: each.reduce((sum, count) => sum + count.right / count.all, 0) / each.length }
}

const draws = 5

/** All 101 names are given, and only a few of them occur: the mean of five draws. */
async function withAbsent(scene: Scene, method: MethodName, runtime: Runtime) {
  const cells: Record<string, string> = {}
  for (const present of [1, 2, 4]) {
    let sum = 0
    for (let draw = 0; draw < draws; draw++)
      sum += await rightAmong(scene, { present, draw, method }, runtime)
    cells[`with ${present} present %`] = percent(sum / draws)
  }
  return cells
}

type Draw = { readonly present: number; readonly draw: number; readonly method: MethodName }

async function rightAmong({ space, truth }: Scene, o: Draw, runtime: Runtime): Promise<number> {
  const random = randomFrom(10 * o.draw + o.present)
  const kept = new Set<number>()
  while (kept.size < o.present) kept.add(random.below(space.classNames.length))
  const rows = [...truth.keys()].filter((i) => kept.has(truth[i]!))
  const some = (m: Matrix) => rowsOf(m, rows)
  const few: Scene = {
    space: { ...space, images: some(space.images), joint: space.joint && some(space.joint) },
    truth: Int32Array.from(rows, (i) => truth[i]!),
  }
  return (await shareRight(few, o.method, runtime)).right
}
