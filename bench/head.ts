import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { matrix, placeOfLargest, randomFrom, rowOf, type Matrix } from '../src/math/index.ts'
import { openRuntime, type Head, type Runtime } from '../src/runtime/index.ts'
import { interleaved, type Bench } from './bench.ts'

const [images, width, classes] = [10_000, 512, 10]
const secondsPromised = 0.3
const rounds = 7

type Lesson = { readonly rows: Matrix; readonly classOf: Int32Array }

/** Clusters as an encoder gives them: a few strong directions, many weak ones, rows of length one. */
function lessonOf(spread: number): Lesson {
  const random = randomFrom(1)
  const centres = matrix(classes, width)
  centres.data.forEach((_, i) => (centres.data[i] = random.normal() * spread))
  const rows = matrix(images, width)
  const classOf = Int32Array.from({ length: images }, () => random.below(classes))
  for (let i = 0; i < images; i++) {
    const row = rowOf(rows, i)
    const centre = rowOf(centres, classOf[i]!)
    for (let j = 0; j < width; j++) row[j] = (centre[j]! + random.normal()) / (1 + j / 20)
    const length = Math.hypot(...row)
    for (let j = 0; j < width; j++) row[j]! /= length
  }
  return { rows, classOf }
}

const lessons = { 'hard to tell apart': lessonOf(0.15), 'easy to tell apart': lessonOf(0.5) }

/** Seconds and accuracy of scikit-learn on the same rows, or null where no Python with it is found. */
function scikitLearn({ rows, classOf }: Lesson): { seconds: number; accuracy: number; loss: number } | null {
  const folder = mkdtempSync(path.join(tmpdir(), 'bowerbird-bench-'))
  writeFileSync(path.join(folder, 'rows'), rows.data)
  writeFileSync(path.join(folder, 'classes'), classOf)
  const script = new URL('peers/head.py', import.meta.url).pathname
  const python = process.env['BOWERBIRD_PYTHON'] ?? 'python3'
  const { status, stdout } = spawnSync(python, [script, folder, String(width)], { encoding: 'utf8' })
  rmSync(folder, { recursive: true })
  return status === 0 ? JSON.parse(stdout) : null
}

async function resultOf(runtime: Runtime, head: Head, { rows, classOf }: Lesson) {
  const guesses = await runtime.probabilities(head, rows)
  let right = 0
  let loss = 0
  for (const [i, its] of classOf.entries()) {
    const row = rowOf(guesses, i)
    if (placeOfLargest(row) === its) right++
    loss -= Math.log(row[its]!)
  }
  for (const weight of head.weights.data) loss += (weight * weight) / 2
  return { accuracy: right / images, loss: loss / images }
}

export const bench: Bench = {
  name: 'head',
  says: `a softmax head trained on ${images} × ${width} and ${classes} classes: 300 ms promised, over ours`,
  async run(report) {
    const runtime = openRuntime({ cores: 2, cache: tmpdir() })
    const train = ({ rows, classOf }: Lesson) =>
      runtime.trainHead(rows, classOf, { classes, pull: 1, seed: 1 })
    let slowest = 0
    for (const [name, lesson] of Object.entries(lessons)) {
      const { ours = 0 } = await interleaved(rounds, { ours: () => train(lesson) })
      const row = (of: string, seconds: number, figures: { accuracy: number; loss: number }) =>
        report.row({
          clusters: name,
          of,
          ms: Math.round(seconds * 1000),
          'accuracy %': (figures.accuracy * 100).toFixed(2),
          objective: figures.loss.toFixed(6),
        })
      row('bowerbird', ours, await resultOf(runtime, await train(lesson), lesson))
      const peer = scikitLearn(lesson)
      if (peer) row('scikit-learn', peer.seconds, peer)
      else report.say('scikit-learn was not found: set BOWERBIRD_PYTHON to a Python that has it')
      slowest = Math.max(slowest, ours)
    }
    await runtime.close()
    return secondsPromised / slowest
  },
}
