// Sureness put right: by several heads, by a temperature. Rows and labels are those of scikit-learn's fixtures.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { matrix, rowOf, rowsOf, type Matrix } from '../../src/math/index.ts'
import { calibrate, measureClasses } from '../../src/measure/index.ts'
import { meanGuess, taughtHeads } from '../../src/steps/several.ts'
import { addBirds, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('several heads together', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())

  /** The ece and log loss on rows that were not taught. */
  async function measured(name: string, how: { readonly pull: number; readonly heads: number }) {
    const file = new URL(`../runtime/fixtures/head-${name}.json`, import.meta.url)
    const its = JSON.parse(readFileSync(file, 'utf8'))
    const all = unitRows(Buffer.from(its.rows, 'base64'), its.width)
    const labels = Int32Array.from(its.labels)
    const places = [...labels.keys()]
    const lesson = {
      rows: rowsOf(all, places.slice(0, its.trained)),
      classOf: labels.slice(0, its.trained),
      classes: its.classes,
    }
    const heads = await taughtHeads(lesson, { ...how, seed: 1 }, world)
    assert.equal(heads.length, how.heads)
    const truth = labels.slice(its.trained)
    const guesses = await meanGuess(world, heads, rowsOf(all, places.slice(its.trained)))
    const names = Array.from({ length: its.classes }, String)
    return { ...measureClasses(truth, guesses, names), calibration: calibrate(truth, guesses) }
  }
  function unitRows(bytes: Buffer, width: number): Matrix {
    const rows = matrix(bytes.length / width, width, Float32Array.from(bytes))
    for (let i = 0; i < rows.rows; i++) {
      const row = rowOf(rows, i)
      const length = Math.hypot(...row)
      row.forEach((x, j) => (row[j] = x / length))
    }
    return rows
  }

  for (const name of ['digits', 'seven']) {
    it(`halve the ece of a head of ${name} that is too sure, at less log loss`, async () => {
      const [one, ten] = [
        await measured(name, { pull: 0.001, heads: 1 }),
        await measured(name, { pull: 0.001, heads: 10 }),
      ]
      assert.ok(one.calibration.temperature > 1)
      assert.ok(ten.ece < one.ece / 2, `${ten.ece} of ${one.ece}`)
      assert.ok(ten.logLoss < one.logLoss)
    })
  }
  for (const [name, pull] of [
    ['digits', 0.0001],
    ['seven', 0.001],
    ['wide', 0.01],
  ] as const) {
    it(`are not needed where a temperature is found: less than half the ece is left of ${name}`, async () => {
      const { before: ece, after: left } = (await measured(name, { pull, heads: 1 })).calibration
      assert.ok(left < ece / 2, `${left} of ${ece}`)
    })
  }
  it('are measured beside the version when asked for, on gold and in folds', async () => {
    const project = 'birds'
    await world.act('create', { project, classes: [...kinds] })
    const birds = await addBirds(world, project, { spread: 1.2, each: 60 })
    for (const split of ['train', 'test'] as const) {
      const ids = [...(await world.store.images.ids(project, { split }))]
      const answers = ids.map((image) => ({ image, label: birds.kindOf(image) }))
      await world.act('answer', { project, answers: answers.slice(0, 90) })
    }
    await world.act('train', { project })
    for (const on of ['gold', 'cross-validation'] as const) {
      const { ensemble, calibration, ...one } = await world.act('evaluate', { project, on, heads: 5 })
      assert.equal(ensemble!.heads, 5)
      assert.notEqual(ensemble!.ece, one.ece)
      assert.ok(Math.abs(ensemble!.accuracy - one.accuracy.value) < 0.2)
      assert.ok(calibration.temperature > 0)
    }
    assert.equal((await world.act('evaluate', { project })).ensemble, undefined)
  })
})
