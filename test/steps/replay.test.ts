import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { steps } from '../../src/steps/index.ts'
import { addBirds, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

const { key } = steps.find(({ name }) => name === 'replay')!

describe('replay', () => {
  let world: TestWorld
  const project = 'birds'
  const ask = () => world.act('ask', { project, budget: 2, control: 0 })
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds], testShare: 0, validationShare: 0 })
    const birds = await addBirds(world, project, { spread: 0.9 })
    assert.match((await world.act('replay', { project })).says, /there are 0$/)
    const train = [...(await world.store.images.ids(project, { split: 'train' }))].slice(0, 110)
    const answers = train.map((image) => ({ image, label: birds.kindOf(image) }))
    await world.act('answer', { project, answers })
    await world.act('train', { project })
  })
  after(() => world.close())

  it('follows training once there are 100 labels, and again when there are twice as many', async () => {
    await world.act('create', { project: 'few', classes: [...kinds], testShare: 0, validationShare: 0 })
    const few = await addBirds(world, 'few', { each: 80 })
    const train = [...(await world.store.images.ids('few', { split: 'train' }))]
    const keys: string[] = []
    for (const count of [99, 100, 130, 150, 199, 200, 210]) {
      const answers = train.slice(0, count).map((image) => ({ image, label: few.kindOf(image) }))
      await world.act('answer', { project: 'few', answers })
      keys.push(await key!({ project: 'few' }, world).catch((error: Error) => error.message))
    }
    assert.match(keys[0]!, /takes 100 labelled images, and 99 are labelled/)
    assert.deepEqual(new Set(keys.slice(1, 5)).size, 1)
    assert.deepEqual(new Set(keys.slice(5)).size, 1)
    assert.notEqual(keys[4], keys[5])
  })
  it('does not play with labels that annotate wrote by itself', async () => {
    await world.act('create', { project: 'by-itself', classes: [...kinds] })
    const { kindOf, ids } = await addBirds(world, 'by-itself')
    const answers = ids.slice(0, 60).map((image) => ({ image, label: kindOf(image) }))
    await world.act('answer', { project: 'by-itself', answers })
    const { applied } = await world.act('annotate', { project: 'by-itself', apply: true })
    assert.ok(applied > 40)
    const { says, chosen } = await world.act('replay', { project: 'by-itself' })
    assert.match(says, /on 100 labels of people and more, and there are (4|5)\d/)
    assert.equal(chosen, null)
  })
  it('compares every rival with the default on the labels there are, and overrules only what is surely better', async () => {
    const { labels, chosen, rivals, says } = await world.act('replay', { project })
    assert.equal(labels, 110)
    assert.deepEqual(rivals.map((one) => one.strategy).sort(), [
      'covering-margin',
      'margin',
      'maxherding',
      'random',
      'typical',
      'uherding',
    ])
    const sure = rivals.filter(({ gain, p }) => gain >= 0.01 && p < 0.05)
    assert.equal(chosen, sure[0]?.strategy ?? null)
    assert.match(says, /replayed on your own 110 labels/)
  })
  const verdict = (labels: number, chosen: string | null) => ({
    labels,
    chosen,
    says: 'it was better',
    rivals: [],
  })
  const keep = async (its: object) => {
    const { createdAt, encoder } = await world.store.projects.get(project)
    await world.store.settings.set(`replayed ${project} ${createdAt} ${encoder}`, its)
  }
  it('lets auto follow what was found better, with the sentence that says so', async () => {
    await keep(verdict(110, 'typical'))
    const { strategy, says } = await ask()
    assert.deepEqual([strategy, says], ['typical', 'it was better'])
  })
  it('leaves auto as it is where nothing was better, or there are twice the labels since', async () => {
    for (const its of [verdict(110, null), verdict(55, 'typical')]) {
      await keep(its)
      assert.equal((await ask()).strategy, 'doubtherding')
    }
  })
})
