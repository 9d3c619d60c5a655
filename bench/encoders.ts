// Frozen encoders under a linear head. What an encoder gave is kept, so that a run that was stopped goes on.
import { openImages, type Images } from '../src/images/index.ts'
import { placeOfLargest, randomFrom, rowOf, rowsOf, shuffleInto, type Matrix } from '../src/math/index.ts'
import { openRuntime, type EncoderName, type Runtime } from '../src/runtime/index.ts'
import type { Bench, Report } from './bench.ts'
import { cifarClasses, folderOf } from './data.ts'
import { embedded } from './embedded.ts'
import { cifarPictures, maybeCaltechPictures } from './learning/pictures.ts'

type Part = { readonly labels: Int32Array; readonly rows: () => Promise<Matrix> }
type Task = {
  readonly encoder: EncoderName
  readonly data: string
  readonly classes: number
  /** Of the head, as scikit-learn's 1 / C: the best of 1, 0.1 and 0.01 on other images of the training part. */
  readonly pull: number
  readonly target: number
  readonly train: Part
  readonly test: Part
}
type Hands = {
  readonly runtime: Runtime
  readonly images: Images
  readonly report: Report
  readonly say: Report['say']
}

export const bench: Bench = {
  name: 'encoders',
  says: 'Accuracy of a linear head on frozen embeddings; the ratio is the least of reached / promised',
  async run(report) {
    const runtime = openRuntime({ cores: 0, cache: folderOf('models') })
    const images = openImages({ pixelsMax: 50_000_000, bytesMax: 100_000_000, children: 2 })
    try {
      const hands = { runtime, images, report, say: report.say }
      const ratios: number[] = []
      for (const task of await tasks(hands)) ratios.push(await probe(task, hands))
      return Math.min(...ratios)
    } finally {
      await images.close()
      await runtime.close()
    }
  },
}

async function tasks(hands: Hands): Promise<readonly Task[]> {
  const encoder = 'resnet50'
  return [
    await cifarTask({ encoder: 'builtin', train: 50_000, test: 10_000, pull: 0.01, target: 0.65 }, hands),
    await cifarTask({ encoder, train: 5_000, test: 2_000, pull: 0.1, target: 0.88 }, hands),
    ...(await caltechTasks(hands)),
  ]
}

type Draw = Pick<Task, 'encoder' | 'pull' | 'target'> & { readonly train: number; readonly test: number }

async function cifarTask(of: Draw, hands: Hands): Promise<Task> {
  const { train, test } = await cifarPictures(of, hands.say)
  const part = (it: typeof train): Part => ({
    labels: it.labels,
    rows: () => embedded(it, of.encoder, hands),
  })
  const { encoder, pull, target } = of
  const data = `CIFAR-10, ${of.train} and ${of.test}`
  return { encoder, pull, target, classes: cifarClasses, data, train: part(train), test: part(test) }
}

/** 30 a class to learn from, all others (1 to 770 a class) to test; no background. */
async function caltechTasks(hands: Hands): Promise<readonly Task[]> {
  const all = await maybeCaltechPictures(hands.say)
  if (!all) return []
  const { pictures, classNames } = all
  const random = randomFrom(1)
  const drawn = classNames.map((_, its) =>
    shuffleInto(
      [...pictures.labels.keys()].filter((i) => pictures.labels[i] === its),
      random,
    ),
  )
  const part = (from: number, to: number): Part => {
    const places = drawn.flatMap((some) => some.slice(from, to))
    return {
      labels: Int32Array.from(places, (i) => pictures.labels[i]!),
      rows: async () => rowsOf(await embedded(pictures, 'resnet50', hands), places),
    }
  }
  const [train, test] = [part(0, 30), part(30, pictures.count)]
  const data = `Caltech-101, ${train.labels.length} and ${test.labels.length}`
  return [{ encoder: 'resnet50', data, classes: classNames.length, pull: 0.1, target: 0.92, train, test }]
}

async function probe(task: Task, { runtime, report }: Hands): Promise<number> {
  const [train, test] = [await task.train.rows(), await task.test.rows()]
  const from = performance.now()
  const { classes, pull } = task
  const head = await runtime.trainHead(train, task.train.labels, { classes, pull, seed: 1 })
  const seconds = (performance.now() - from) / 1000
  const guesses = await runtime.probabilities(head, test)
  const accuracy = shareRight(guesses, task.test.labels)
  report.say(`${task.encoder} on ${task.data}: ${(100 * accuracy).toFixed(2)}%`)
  report.row({
    encoder: task.encoder,
    data: task.data,
    'pull of the head': pull,
    'seconds of its training': seconds.toFixed(1),
    'accuracy %': (100 * accuracy).toFixed(2),
    'promised %': 100 * task.target,
    ratio: (accuracy / task.target).toFixed(3),
  })
  return accuracy / task.target
}

function shareRight(probabilities: Matrix, labels: Int32Array): number {
  const right = labels.filter((its, i) => placeOfLargest(rowOf(probabilities, i)) === its)
  return right.length / labels.length
}
