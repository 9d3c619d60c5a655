import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import { readCsv } from '../../src/formats/index.ts'
import { matrix, randomFrom, rowOf } from '../../src/math/index.ts'
import { parted, play, refereeOf, type Player, type Referee } from '../../src/steps/simulate/play.ts'
import { perform, steps, type Step } from '../../src/steps/index.ts'
import { addBirds, hideTruth, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('simulate', () => {
  let world: TestWorld
  before(async () => {
    world = await openWorld()
    await world.act('create', { project: 'birds', classes: [...kinds] })
    await hideTruth(world, 'birds', await addBirds(world, 'birds', { spread: 0.9 }))
  })
  after(() => world.close())
  const step = (): Step => steps.find((s) => s.name === 'simulate')!
  const quick = { project: 'birds', strategies: ['typical', 'margin'] as Player[], seeds: 3, rounds: 4 }

  it('gives each strategy its curve, and random always among them', async () => {
    const { strategies, images, answers, batch } = await world.act('simulate', quick)
    assert.deepEqual([images, answers, batch], [120, 'truth', 3])
    assert.deepEqual(strategies.map((s) => s.strategy).sort(), ['margin', 'random', 'typical'])
    for (const { curve, strategy } of strategies) {
      assert.deepEqual(
        curve.map((point) => point.labels),
        [3, 6, 9, 12],
        strategy,
      )
      assert.ok(curve.every((p) => p.low <= p.value && p.value <= p.high && p.value > 0.2))
    }
    assert.equal(strategies.find((s) => s.strategy === 'random')!.gain, null)
  })
  it('lets every pair fight once, and finds nothing significant with three seeds', async () => {
    const { duels } = await world.act('simulate', quick)
    assert.equal(duels.length, 3)
    assert.ok(duels.every((duel) => duel.difference.value >= 0 && !duel.isSignificant))
  })
  it('claims no saving where there is one seed', async () => {
    const { strategies } = await world.act('simulate', { ...quick, seeds: 1 })
    assert.ok(strategies.flatMap((s) => s.saved).every((saved) => saved.saved === null))
  })
  it('goes on where it was stopped, and plays nothing twice', async () => {
    const stopping = new AbortController()
    const played: string[] = []
    const watched = (signal: AbortSignal) => ({
      ...world,
      signal,
      progress: ({ sentence }: { sentence: string }) => {
        played.push(sentence)
        if (played.length === 9) stopping.abort(new Error('enough'))
      },
    })
    const given = { ...quick, rounds: 3 }
    await assert.rejects(perform(step(), given, watched(stopping.signal)), /enough|cancelled/)
    const before = played.length
    const { strategies } = (await perform(step(), given, watched(world.signal))) as { strategies: unknown }
    assert.ok(played.length > before && played.length - before < 27, `${played.length - before} rounds again`)
    const soFar = played.length
    assert.deepEqual(
      ((await perform(step(), given, watched(world.signal))) as { strategies: unknown }).strategies,
      strategies,
    )
    assert.equal(played.length, soFar)
  })
  it('tells the same story each time it is played anew', async () => {
    const { files: _, ...first } = await world.act('simulate', quick)
    const { files: __, ...second } = await world.act('simulate', { ...quick, again: true })
    assert.deepEqual(second, first)
  })
  it('writes what it found as JSON, CSV, SVG and PNG', async () => {
    const to = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-simulate-'))
    const { files, strategies, duels } = await world.act('simulate', { ...quick, to })
    assert.equal(files.length, 8)
    const read = (name: string) => readFileSync(path.join(to, name), 'utf8')
    assert.deepEqual(JSON.parse(read('simulation.json')).strategies, strategies)
    assert.equal(readCsv(read('sessions.csv')).length, 1 + 3 * 3 * 4)
    const fought = readCsv(read('duels.csv'))
    assert.deepEqual(
      fought.slice(1).map((row) => row[0]),
      duels.map((duel) => duel.winner),
    )
    const levels = strategies.reduce((sum, its) => sum + its.saved.length, 0)
    assert.equal(readCsv(read('saved.csv')).length, 1 + levels)
    assert.equal(read('curves.png').slice(1, 4), 'PNG')
    assert.match(read('curves.svg'), /^<svg .*margin.*<\/svg>\n$/s)
    assert.equal(read('duels.png').slice(1, 4), 'PNG')
    const drawnDuels = [...read('duels.svg').matchAll(/points, \d+% of the seeds/g)].length
    assert.equal(drawnDuels, 2 * duels.length)
    rmSync(to, { recursive: true })
  })
  it('plays with the labels there are, where truth is not known', async () => {
    await world.act('create', { project: 'labelled', classes: [...kinds] })
    const birds = await addBirds(world, 'labelled')
    const answers = birds.ids.map((image) => ({ image, label: birds.kindOf(image) }))
    await assert.rejects(world.act('simulate', { project: 'labelled' }), /there are 0 of 0 classes/)
    await world.act('answer', { project: 'labelled', answers })
    const given = { project: 'labelled', strategies: ['auto'] as Player[], seeds: 1, rounds: 2 }
    assert.equal((await world.act('simulate', given)).answers, 'labels')
  })
})

describe('a session', () => {
  const count = 60
  const truth = Int32Array.from({ length: count }, (_, i) => i % 3)
  const rows = matrix(count, 8)
  const random = randomFrom(4)
  for (let i = 0; i < count; i++) {
    rowOf(rows, i).forEach((_, j, row) => (row[j] = 0.3 * random.normal() + Number(j === truth[i])))
  }
  const table = {
    ids: Array.from({ length: count }, (_, i) => (i + 1) as ImageId),
    rows,
    nearTo: Array.from({ length: count }, () => null),
    kin: Array.from({ length: count }, (_, i) => Math.floor(i / 2)),
    classNames: [...kinds],
  }
  const rules = { batch: 3, rounds: 4, pull: 0.1, tested: 0.3 }

  for (const player of ['margin', 'typical', 'uherding', 'dropquery', 'bald', 'auto'] as const) {
    it(`shows ${player} only the answers to its own questions`, async () => {
      const world = await openWorld()
      const asked: number[] = []
      const recorded = (answers: Int32Array): Referee => ({
        ...refereeOf(answers),
        answers(places) {
          asked.push(...places)
          return refereeOf(answers).answers(places)
        },
      })
      const told = () => {}
      await play({ table, rules, referee: recorded(truth) }, { player, seed: 1, told }, world)
      const first = asked.splice(0)
      const lied = truth.map((c, i) => (first.includes(i) ? c : (c + 1) % 3))
      await play({ table, rules, referee: recorded(lied) }, { player, seed: 1, told }, world)
      assert.deepEqual(asked, first)
      assert.equal(new Set(first).size, 12)
      await world.close()
    })
  }
  it('measures on the images that it is told to, and asks about all others', () => {
    const given = Array.from({ length: 20 }, (_, i) => count - 20 + i)
    const { asked, tested } = parted(table, given, randomFrom(1))
    assert.deepEqual(tested, given)
    assert.deepEqual(asked, [...Array(count - 20).keys()])
  })
  it('keeps images of one kin on one side', () => {
    const { asked, tested } = parted(table, 0.3, randomFrom(1))
    assert.equal(asked.length + tested.length, count)
    assert.equal(tested.length, 18)
    const kinOfAsked = new Set(asked.map((place) => table.kin[place]))
    assert.ok(tested.every((place) => !kinOfAsked.has(table.kin[place]!)))
  })
})
