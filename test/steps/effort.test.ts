import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('effort and spot-check', () => {
  let world: TestWorld
  before(async () => {
    world = await openWorld()
    await world.act('create', { project: 'birds' })
    await addBirds(world, 'birds')
    await world.act('cluster', { project: 'birds', meta: 3 })
  })
  after(() => world.close())
  const effort = () => world.act('effort', { project: 'birds' })
  const largest = async () => (await world.act('clusters', { project: 'birds' })).clusters[0]!

  it('counts labels of people by the actions that brought them', async () => {
    assert.deepEqual(await effort(), { labels: 0, actions: 0, labelsPerAction: null })
    const { open, cluster } = await largest()
    await world.act('label-cluster', { project: 'birds', cluster, label: 'wren' })
    assert.deepEqual(await effort(), { labels: open, actions: 1, labelsPerAction: open })
    const { images } = await world.act('images', { project: 'birds', label: 'none', size: 3 })
    const [one, two, three] = images.map(({ id }) => id)
    const answers = [one, two].map((image) => ({ image: image!, label: 'wren' }))
    await world.act('answer', { project: 'birds', answers })
    await world.act('answer', { project: 'birds', answers: [{ image: three!, label: null, origin: 'skip' }] })
    assert.deepEqual(await effort(), { labels: open + 2, actions: 3, labelsPerAction: (open + 2) / 3 })
  })
  it('takes back what was undone, for one action more', async () => {
    const { labels, actions } = await effort()
    await world.act('undo', { project: 'birds' }) // the skip, which was no label
    assert.deepEqual([(await effort()).labels, (await effort()).actions], [labels, actions + 1])
    await world.act('undo', { project: 'birds' })
    assert.equal((await effort()).labels, labels - 2)
    await world.act('undo', { project: 'birds' })
    assert.deepEqual(await effort(), { labels: 0, actions: actions + 3, labelsPerAction: 0 })
  })
  it('counts no label that was imported, nor its undoing', async () => {
    const { actions } = await effort()
    const { images } = await world.act('images', { project: 'birds', label: 'none', size: 9 })
    const answers = images.map(({ id }) => ({ image: id, label: 'wren', origin: 'import' as const }))
    await world.act('answer', { project: 'birds', answers })
    assert.equal((await effort()).labels, 0)
    await world.act('undo', { project: 'birds' })
    assert.deepEqual([(await effort()).labels, (await effort()).actions], [0, actions + 1])
  })

  it('draws for a check only what a name would label, and not what was taken out', async () => {
    const { cluster, images, open } = await largest()
    const [out] = images.map(({ id }) => id)
    const isGold = images[0]!.split === 'test'
    const found = await world.act('spot-check', { project: 'birds', cluster, except: [out!], size: 500 })
    assert.equal(found.of, open - (isGold ? 0 : 1))
    assert.ok(found.images.every((image) => image.id !== out && image.split !== 'test'))
    assert.equal(found.wrongAtMost[0], 0, 'all were looked at')
  })
  it('promises less the fewer it drew, and the more of them were wrong', async () => {
    const { cluster } = await largest()
    const draw = (size: number) => world.act('spot-check', { project: 'birds', cluster, size })
    const [few, many] = [await draw(5), await draw(20)]
    assert.deepEqual([few.images.length, few.wrongAtMost.length], [5, 6])
    assert.ok(few.wrongAtMost[0]! > many.wrongAtMost[0]!)
    assert.ok(many.wrongAtMost[0]! > 0 && many.wrongAtMost[2]! > many.wrongAtMost[0]!)
    assert.deepEqual((await draw(5)).images, few.images, 'until the next label, the same draw')
  })
  it('draws from images that are given as it does from a cluster, labelled ones too', async () => {
    const { images } = await world.act('images', { project: 'birds', size: 12 })
    const [out, ...ids] = images.map(({ id }) => id)
    await world.act('answer', { project: 'birds', answers: [{ image: ids[0]!, label: 'wren' }] })
    const draw = (size: number) =>
      world.act('spot-check', { project: 'birds', images: [out!, ...ids, ids[0]!], except: [out!], size })
    const all = await draw(500)
    assert.deepEqual(
      all.images.map(({ id }) => id).toSorted((a, b) => a - b),
      ids,
    )
    assert.deepEqual([all.of, all.wrongAtMost[3]], [11, 0])
    assert.ok((await draw(5)).wrongAtMost[0]! > 0)
  })
  it('says that a cluster or images have to be named', async () => {
    await assert.rejects(world.act('spot-check', { project: 'birds' }), /a cluster or images, one of the two/)
    const both = { project: 'birds', cluster: 0, images: [1] }
    await assert.rejects(world.act('spot-check', both), /a cluster or images, one of the two/)
  })
})
