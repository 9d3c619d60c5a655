import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Hash } from '../../src/base/index.ts'
import { perform, steps } from '../../src/steps/index.ts'
import { addBirds, hideTruth, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('train and evaluate', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())

  /** A project with `count` labelled birds of the train split. */
  async function taught(
    project: string,
    count: number,
    of: Parameters<typeof addBirds>[2] = {},
  ): Promise<Birds> {
    await world.act('create', { project, classes: [...kinds] })
    const birds = await addBirds(world, project, of)
    await label(project, birds, { split: 'train', count })
    return birds
  }
  async function label(
    project: string,
    birds: Birds,
    of: { split: 'train' | 'test'; count: number; in?: TestWorld },
  ) {
    const there = of.in ?? world
    const ids = [...(await there.store.images.ids(project, { split: of.split }))]
    const byKind = kinds.map((kind) => ids.filter((id) => birds.kindOf(id) === kind))
    const spread = ids.flatMap((_, i) => byKind.flatMap((some) => some.slice(i, i + 1))).slice(0, of.count)
    const answers = spread.map((image) => ({ image, label: birds.kindOf(image) }))
    if (answers.length > 0) await there.act('answer', { project, answers })
  }
  const blobOf = async (project: string, of = world): Promise<Hash> =>
    (await of.store.models.latest(project))!.blob

  it('says what is missing before there are two classes', async () => {
    await world.act('create', { project: 'early', classes: [...kinds] })
    await assert.rejects(
      world.act('train', { project: 'early' }),
      /at least two classes.*there are 0 \(none\)/,
    )
    const birds = await addBirds(world, 'early', { embedded: false })
    await label('early', birds, { split: 'train', count: 5 })
    await assert.rejects(
      world.act('train', { project: 'early' }),
      /5 of 5 labelled images still wait for the encoder/,
    )
  })
  it('measures on hidden truth of what it was not taught, where that is known', async () => {
    const birds = await taught('truth', 12)
    await hideTruth(world, 'truth', birds)
    const { figures } = await world.act('train', { project: 'truth' })
    assert.equal(figures.accuracy!.on, 'truth')
    assert.equal(figures.accuracy!.count, birds.ids.length - 12)
    assert.ok(
      figures.accuracy!.low <= figures.accuracy!.value && figures.accuracy!.value <= figures.accuracy!.high,
    )
    const report = await world.act('evaluate', { project: 'truth' })
    assert.equal(report.accuracy.value, figures.accuracy!.value)
    assert.equal(report.cells, undefined, 'hidden truth is not shown image by image')
  })
  it('counts a class that it was never shown as wrong', async () => {
    await world.act('create', { project: 'blind', classes: [...kinds] })
    const birds = await addBirds(world, 'blind')
    await hideTruth(world, 'blind', birds)
    const two = birds.ids.filter((id) => birds.kindOf(id) !== 'crow')
    const train = new Set(await world.store.images.ids('blind', { split: 'train' }))
    const answers = two.filter((id) => train.has(id)).map((image) => ({ image, label: birds.kindOf(image) }))
    await world.act('answer', { project: 'blind', answers })
    const { classes, figures } = await world.act('train', { project: 'blind' })
    assert.deepEqual(classes, ['wren', 'robin'])
    assert.ok(figures.accuracy!.value < 0.5)
    const { confusion, perClass } = await world.act('evaluate', { project: 'blind' })
    assert.deepEqual(confusion.classes, [...kinds])
    assert.deepEqual([perClass[2]!.recall, perClass[2]!.count], [0, 40])
  })
  it('measures on gold once twenty are labelled, and shows the images behind each count', async () => {
    const birds = await taught('gold', 12, { each: 100 })
    await label('gold', birds, { split: 'test', count: 19 })
    const before = await world.act('train', { project: 'gold' })
    assert.equal(before.figures.accuracy!.on, 'cross-validation')
    await label('gold', birds, { split: 'test', count: 30 })
    const { figures } = await world.act('train', { project: 'gold' })
    assert.equal(figures.accuracy!.on, 'gold')
    const { count, confusion, cells } = await world.act('evaluate', { project: 'gold' })
    assert.equal(count, figures.accuracy!.count)
    assert.equal(
      confusion.counts.flat().reduce((a, b) => a + b),
      count,
    )
    assert.equal(cells!.flatMap((cell) => cell.images).length, count)
  })
  it('gives the same bytes for the same labels and seed, in another world', async () => {
    const other = await openWorld()
    for (const at of [world, other]) {
      await at.act('create', { project: 'twin', classes: [...kinds] })
      await label('twin', await addBirds(at, 'twin'), { split: 'train', count: 15, in: at })
      await at.act('train', { project: 'twin', seed: 5 })
    }
    assert.equal(await blobOf('twin'), await blobOf('twin', other))
    await other.close()
  })
  it('gives the version that it gave before, when nothing has changed', async () => {
    await taught('same', 12)
    const first = await world.act('train', { project: 'same' })
    assert.equal((await world.act('train', { project: 'same' })).version, first.version)
    assert.equal((await world.act('train', { project: 'same', pull: 1 })).version, first.version + 1)
  })
  it('keeps the whole configuration on the card, except the secret', async () => {
    await taught('card', 12)
    const { settings } = await world.act('train', { project: 'card', seed: 9 })
    assert.equal(settings['seed'], 9)
    assert.equal(settings['imagePixelsMax'], 50_000_000)
    assert.ok(!('token' in settings))
  })
  it('guesses with the vectors of now, in a project removed and made anew under its name', async () => {
    for (const spread of [0.1, 3]) {
      const birds = await taught('again', 12, { spread })
      await hideTruth(world, 'again', birds)
      const { figures } = await world.act('train', { project: 'again' })
      assert.equal(figures.accuracy!.value > 0.9, spread < 1)
      await world.act('remove', { project: 'again' })
    }
  })
  it('stops when it is cancelled', async () => {
    await taught('stop', 12)
    const stopped = { ...world, signal: AbortSignal.abort(new Error('enough')) }
    const train = steps.find((s) => s.name === 'train')!
    await assert.rejects(perform(train, { project: 'stop' }, stopped), /cancelled|enough/)
    assert.equal((await world.act('project', { project: 'stop' })).latest, null)
  })
  it('has figures that are right on data that is easy', async () => {
    const birds = await taught('easy', 30, { spread: 0.1 })
    await hideTruth(world, 'easy', birds)
    const { figures } = await world.act('train', { project: 'easy' })
    assert.equal(figures.accuracy!.value, 1)
  })
  it('tells by what its sureness would have to be divided, and the calibration before and after', async () => {
    const birds = await taught('sure', 30, { spread: 0.9, each: 100 })
    await hideTruth(world, 'sure', birds)
    const { figures } = await world.act('train', { project: 'sure', pull: 0.0001 })
    assert.ok(figures.temperature! > 1, 'a head that learnt thirty labels by heart is too sure')
    assert.ok(figures.eceAfter! < figures.eceBefore!)
  })
  it('refuses an exam that cannot be held', async () => {
    await taught('none', 12)
    await world.act('train', { project: 'none' })
    await assert.rejects(
      world.act('evaluate', { project: 'none', on: 'truth' }),
      /true classes are not known/,
    )
    await assert.rejects(world.act('evaluate', { project: 'none', on: 'gold' }), /there are 0/)
    await assert.rejects(world.act('evaluate', { project: 'none', version: 7 }), /no version 7/)
  })
})
