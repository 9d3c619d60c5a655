import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { scoreNames } from '../../src/query/index.ts'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('score', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project)
  })
  after(() => world.close())

  it('refuses to guess before there is a version, and says what it takes', () =>
    assert.rejects(world.act('score', { project }), {
      kind: 'not-ready',
      message: /takes a version.*there are 0/,
    }))
  describe('once there is a version', () => {
    before(teach)
    for (const by of scoreNames) {
      it(`tells the least sure images first, by ${by}`, async () => {
        const { scores, looked, says } = await world.act('score', { project, by, size: 5 })
        assert.equal(scores.length, 5)
        assert.ok(looked > 50)
        assert.ok(says.length > 10)
        for (const [i, it] of scores.entries()) {
          assert.ok(it.unsure <= (scores[i - 1]?.unsure ?? Infinity))
          assert.ok(it.novelty! > 0 && it.novelty! < 2)
          assert.ok(kinds.some((kind) => kind === it.guess))
        }
      })
    }
    it('tells of the images that are named: what is labelled is not new', async () => {
      const [labelled] = (await world.act('images', { project, label: 'any', size: 1 })).images
      const { scores } = await world.act('score', { project, images: [labelled!.id] })
      assert.deepEqual(
        scores.map((it) => [it.image, it.guess]),
        [[labelled!.id, labelled!.label]],
      )
      assert.ok(scores[0]!.novelty! < 1e-3)
    })
  })

  async function teach() {
    const train = [...(await world.store.images.ids(project, { split: 'train' }))]
    const few = kinds.flatMap((kind) => train.filter((id) => birds.kindOf(id) === kind).slice(0, 4))
    const answers = few.map((image) => ({ image, label: birds.kindOf(image) }))
    await world.act('answer', { project, answers })
    await world.act('train', { project })
  }
})
