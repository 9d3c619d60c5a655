import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('replay', () => {
  let world: TestWorld
  const project = 'birds'
  const ask = () => world.act('ask', { project, budget: 2, control: 0 })
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds], testShare: 0, validationShare: 0 })
    const birds = await addBirds(world, project, { spread: 0.9 })
    await assert.rejects(world.act('replay', { project }), /takes 100 embedded images.*there are 0/)
    const train = [...(await world.store.images.ids(project, { split: 'train' }))].slice(0, 110)
    const answers = train.map((image) => ({ image, label: birds.kindOf(image) }))
    await world.act('answer', { project, answers })
    await world.act('train', { project })
  })
  after(() => world.close())

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
