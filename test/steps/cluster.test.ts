import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('cluster, clusters and label-cluster', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())

  it('says that clusters have to be found first', async () => {
    await world.act('create', { project: 'bare' })
    await assert.rejects(world.act('clusters', { project: 'bare' }), /bowerbird cluster bare finds them/)
    await assert.rejects(world.act('cluster', { project: 'bare' }), /bowerbird embed bare does it/)
  })
  it('shows contact sheets, the largest first, and what a name would label', async () => {
    await world.act('create', { project: 'birds' })
    const birds = await addBirds(world, 'birds')
    const found = await world.act('cluster', { project: 'birds', meta: 3 })
    assert.deepEqual([found.images, found.meta, found.noise], [120, 3, 0])
    const { clusters, total, isStale } = await world.act('clusters', { project: 'birds', each: 6 })
    assert.equal(total, 3)
    assert.equal(isStale, false)
    assert.equal(
      clusters.reduce((sum, c) => sum + c.size, 0),
      120,
    )
    for (const { images, purity, purityFrom, open, size } of clusters) {
      assert.equal(images.length, 6)
      assert.equal(purityFrom, 'neighbours')
      assert.ok(purity! > 0.9)
      assert.ok(open < size, 'gold stays out')
      assert.equal(new Set(images.map((image) => birds.kindOf(image.id))).size, 1)
    }
    const first = await world.act('clusters', { project: 'birds', level: 'micro', size: 2 })
    assert.equal(first.next, 2)
  })
  it('labels a whole cluster as one act that one undo takes back, and gold not at all', async () => {
    const { clusters } = await world.act('clusters', { project: 'birds' })
    const [{ cluster, open, size }] = clusters as [(typeof clusters)[0]]
    const said = await world.act('label-cluster', { project: 'birds', cluster, label: 'wren' })
    assert.deepEqual([said.labelled, said.before, said.gold], [open, 0, size - open])
    const after = await world.act('clusters', { project: 'birds' })
    const same = after.clusters.find((c) => c.cluster === cluster)!
    assert.deepEqual([same.label, same.open, same.purityFrom], ['wren', 0, 'neighbours'])
    const entries = await world.store.labels.ledger('birds', 0 as never, 1000)
    assert.ok(entries.every((e) => e.origin === 'annotate') && new Set(entries.map((e) => e.act)).size === 1)
    await world.act('undo', { project: 'birds' })
    assert.equal((await world.store.projects.counts('birds')).labelled, 0)
    await assert.rejects(
      world.act('label-cluster', { project: 'birds', cluster: 99, label: 'wren' }),
      /meta-clusters are numbered 0 to 2/,
    )
  })
  it('guesses the purity by images that people looked at, once there are five', async () => {
    const { clusters } = await world.act('clusters', { project: 'birds', each: 8 })
    const [{ cluster, images }] = clusters as [(typeof clusters)[0]]
    const answers = images.map(({ id }, i) => ({ image: id, label: i < 2 ? 'crow' : 'wren' }))
    await world.act('answer', { project: 'birds', answers, createClasses: true })
    const after = await world.act('clusters', { project: 'birds' })
    const same = after.clusters.find((c) => c.cluster === cluster)!
    assert.deepEqual([same.purity, same.purityFrom], [0.75, 'labels'])
  })
  it('is enough for annotate: three names label a hundred birds', async () => {
    await world.act('create', { project: 'named' })
    const birds = await addBirds(world, 'named')
    await world.act('cluster', { project: 'named', meta: 3 })
    const { clusters } = await world.act('clusters', { project: 'named', each: 1 })
    for (const { cluster, images } of clusters) {
      const label = birds.kindOf(images[0]!.id)
      await world.act('label-cluster', { project: 'named', cluster, label })
    }
    const { classes, says } = await world.act('annotate', { project: 'named' })
    assert.deepEqual(
      classes.map((c) => c.images),
      [40, 40, 40],
    )
    assert.match(says, /from \d+ labelled images/)
    assert.deepEqual(classes.map((c) => c.name).sort(), [...kinds].sort())
  })
  it('takes in what came since, and gives what was not asked for anew', async () => {
    await addBirds(world, 'birds', { each: 10, embedded: false })
    const { isStale } = await world.act('clusters', { project: 'birds' })
    assert.equal(isStale, false, 'an image without a vector is in no cluster')
    const { micro } = await world.act('cluster', { project: 'birds', cluster: 'hdbscan' })
    assert.ok(micro >= 3)
  })
})
