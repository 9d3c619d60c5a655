import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('map and points', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())
  const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64')).buffer
  const read = async (places = true) => {
    const { labels, gold, ...rest } = await world.act('points', { project: 'birds', places })
    return {
      ...rest,
      ids: rest.places && [...new Int32Array(bytesOf(rest.places.ids))],
      at: rest.places && [...new Uint16Array(bytesOf(rest.places.at))],
      labels: [...new Uint16Array(bytesOf(labels))],
      gold: [...new Uint8Array(bytesOf(gold))],
    }
  }

  it('says that the map has to be drawn first', async () => {
    await world.act('create', { project: 'bare' })
    await assert.rejects(world.act('points', { project: 'bare' }), /bowerbird map bare draws it/)
    await assert.rejects(world.act('map', { project: 'bare' }), /bowerbird embed bare does it/)
  })
  it('gives each image a place, with its like around it', async () => {
    await world.act('create', { project: 'birds' })
    const birds = await addBirds(world, 'birds')
    assert.deepEqual(await world.act('map', { project: 'birds' }), { images: 120 })
    const { count, ids, at, isStale } = await read()
    assert.deepEqual([count, ids!.length, at!.length, isStale], [120, 120, 240, false])
    assert.ok([Math.min(...at!), Math.max(...at!)].join() === '0,65535', 'it fills its longer side')
    const far = (a: number, b: number) =>
      Math.hypot(at![2 * a]! - at![2 * b]!, at![2 * a + 1]! - at![2 * b + 1]!)
    const nearest = ids!.map((_, i) =>
      ids!
        .map((_, j) => j)
        .filter((j) => j !== i)
        .reduce((a, b) => (far(i, b) < far(i, a) ? b : a)),
    )
    const alike = nearest.filter((j, i) => birds.kindOf(ids![i]!) === birds.kindOf(ids![j]!)).length
    assert.ok(alike > 110, `${alike} of 120 stand beside their like`)
  })
  it('tells labels and gold in the same order, without the places if not asked for', async () => {
    const { ids, gold } = await read()
    const places = [3, 70]
    const answers = places.map((at, i) => ({ image: ids![at]!, label: ['wren', 'crow'][i]! }))
    await world.act('answer', { project: 'birds', answers, createClasses: true })
    const { labels, classes, ...rest } = await read(false)
    assert.equal(rest.places, null)
    assert.deepEqual(
      places.map((at) => classes[labels[at]! - 1]),
      ['wren', 'crow'],
    )
    assert.equal(labels.filter((label) => label > 0).length, 2)
    const { bySplit } = await world.act('project', { project: 'birds' }).then((its) => its.counts)
    assert.equal(
      gold.reduce((a, b) => a + b, 0),
      bySplit.test.images,
    )
  })
  it('is looked into by a list of just the images chosen, in their order', async () => {
    const { ids } = await read()
    const chosen = [ids![50]!, ids![7]!, ids![99]!]
    const { images, next, total } = await world.act('images', { project: 'birds', ids: chosen })
    assert.deepEqual([images.map(({ id }) => id), next, total], [chosen, null, 3])
  })
})
