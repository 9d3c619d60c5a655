import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('answer, undo and the ledger', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project)
  })
  after(() => world.close())

  const labelOf = async (image: number) => (await world.act('image', { project, image })).label
  const answer = (image: number, label: string | null, more: object = {}) =>
    world.act('answer', { project, answers: [{ image, label, ...more }] })

  it('gives where the ledger stands and how many have a label', async () => {
    assert.deepEqual(await answer(birds.ids[0]!, 'wren', { seconds: 1.5 }), { position: 1, labelled: 1 })
    assert.equal(await labelOf(birds.ids[0]!), 'wren')
  })
  it('lets a later answer stand for an earlier one, and keeps both', async () => {
    await answer(birds.ids[0]!, 'crow')
    const { label, history } = await world.act('image', { project, image: birds.ids[0]! })
    assert.equal(label, 'crow')
    assert.deepEqual(
      history.map((h) => [h.label, h.seconds]).toSorted(),
      [
        ['crow', null],
        ['wren', 1.5],
      ].toSorted(),
    )
  })
  it('names the classes there are when one is unknown, and writes nothing', async () => {
    const { entries: before } = await world.act('ledger', { project })
    await assert.rejects(answer(birds.ids[1]!, 'emu'), {
      kind: 'bad-input',
      message: /unknown class emu.*wren, robin, crow/,
    })
    assert.equal((await world.act('ledger', { project })).entries.length, before.length)
  })
  it('makes new classes when asked to', async () => {
    await world.act('answer', {
      project,
      answers: [{ image: birds.ids[1]!, label: 'emu' }],
      createClasses: true,
    })
    const { classes } = await world.act('classes', { project })
    assert.deepEqual(
      classes.map((c) => c.name),
      [...kinds, 'emu'],
    )
    assert.equal(await labelOf(birds.ids[1]!), 'emu')
  })
  it('says which image is not in the project', () =>
    assert.rejects(answer(99_999, 'wren'), {
      kind: 'not-found',
      message: /image 99999 is not in project birds/,
    }))
  it('takes many at once, and takes them back at once', async () => {
    const many = birds.ids.slice(10, 60)
    const { labelled: before } = (await world.act('project', { project })).counts
    await world.act('answer', { project, answers: many.map((image) => ({ image, label: 'robin' })) })
    const { images } = await world.act('undo', { project })
    assert.equal(images.length, 50)
    assert.equal((await world.act('project', { project })).counts.labelled, before)
  })
  it('takes back only what this person answered', async () => {
    await world.act('answer', { project, answers: [{ image: birds.ids[5]!, label: 'wren' }], by: 'ada' })
    await world.act('answer', { project, answers: [{ image: birds.ids[6]!, label: 'crow' }], by: 'bea' })
    assert.deepEqual((await world.act('undo', { project, by: 'ada' })).images, [
      { image: birds.ids[5]!, label: null },
    ])
    assert.equal(await labelOf(birds.ids[6]!), 'crow')
  })
  it('gives each image once when an act had named it twice', async () => {
    const answers = ['wren', 'crow'].map((label) => ({ image: birds.ids[7]!, label }))
    await world.act('answer', { project, answers, by: 'cai' })
    assert.equal(await labelOf(birds.ids[7]!), 'crow')
    const { images } = await world.act('undo', { project, by: 'cai' })
    assert.deepEqual(images, [{ image: birds.ids[7]!, label: null }])
  })
  it('has nothing to take back from someone who said nothing', async () =>
    assert.deepEqual((await world.act('undo', { project, by: 'nobody' })).images, []))
  it('reads the ledger on from where it was left', async () => {
    const { entries } = await world.act('ledger', { project, limit: 10_000 })
    const first = await world.act('ledger', { project, limit: 3 })
    const second = await world.act('ledger', { project, limit: 3, after: first.next! })
    assert.deepEqual([...first.entries, ...second.entries], entries.slice(0, 6))
    assert.equal((await world.act('ledger', { project, after: entries.at(-1)!.position })).next, null)
  })
})
