import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('publish and rollback', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project)
    const train = [...(await world.store.images.ids(project, { split: 'train' }))]
    for (const kind of kinds) {
      const ids = train.filter((id) => birds.kindOf(id) === kind).slice(0, 10)
      await world.act('answer', { project, answers: ids.map((image) => ({ image, label: kind })) })
    }
    for (const seed of [1, 2, 3]) await world.act('train', { project, seed })
  })
  after(() => world.close())

  it('needs a version to publish, and says which there are', async () => {
    await world.act('create', { project: 'bare' })
    await assert.rejects(world.act('publish', { project: 'bare' }), {
      kind: 'not-ready',
      message: /no trained version: label two classes, then train/,
    })
    await assert.rejects(world.act('publish', { project, version: 9 }), /no version 9.*1 to 3/)
    await assert.rejects(world.act('rollback', { project }), /there are 0 published/)
  })
  it('publishes the newest version, or the one named', async () => {
    assert.deepEqual(await world.act('publish', { project }), { version: 3, previous: null })
    assert.deepEqual(await world.act('publish', { project, version: 1 }), { version: 1, previous: 3 })
    assert.deepEqual(await world.act('publish', { project, version: 2 }), { version: 2, previous: 1 })
    assert.equal((await world.act('project', { project })).champion, 2)
  })
  it('goes back step by step, not to and fro', async () => {
    assert.deepEqual(await world.act('rollback', { project }), { version: 1, previous: 2 })
    assert.deepEqual(await world.act('rollback', { project }), { version: 3, previous: 1 })
    await assert.rejects(world.act('rollback', { project }), /there are 1 published/)
  })
  it('goes on after a step back', async () => {
    await world.act('publish', { project, version: 2 })
    await world.act('publish', { project, version: 2 })
    assert.deepEqual(await world.act('rollback', { project }), { version: 3, previous: 2 })
  })
  it('lists versions, the newest first, with what was published when', async () => {
    const { versions, champion, history } = await world.act('versions', { project })
    assert.deepEqual(
      versions.map((v) => [v.version, v.champion]),
      [
        [3, true],
        [2, false],
        [1, false],
      ],
    )
    assert.equal(champion, 3)
    assert.deepEqual(
      history.map((h) => h.version),
      [3, 1, 2, 1, 3, 2, 3],
    )
  })
  it('refuses a version whose file does not give what its card promises', async () => {
    const good = await world.store.models.get(project, (await world.store.models.latest(project))!.version)
    const [first, ...rest] = good.card.golden
    const wrong = { ...first!, probabilities: first!.probabilities.toReversed() }
    const bad = await world.store.models.add(project, {
      key: 'tampered with',
      kind: 'head',
      blob: good.blob,
      card: { ...good.card, golden: [wrong, ...rest] },
      at: world.now(),
    })
    await assert.rejects(world.act('publish', { project, version: bad.version }), {
      kind: 'corrupt-data',
      message: /on golden image \d+ its probabilities must be within 0.001/,
    })
    assert.equal((await world.act('project', { project })).champion, 3)
  })
  it('does not show or publish a version that is still being written', async () => {
    const { card, blob } = await world.store.models.get(
      project,
      (await world.store.models.list(project))[0]!.version,
    )
    const half = { ...card, figures: {} }
    const at = world.now()
    const { version } = await world.store.models.add(project, {
      key: 'half',
      kind: 'head',
      blob,
      card: half,
      at,
    })
    await assert.rejects(world.act('publish', { project, version }), /is still being written/)
    assert.ok((await world.act('versions', { project })).versions.every((v) => v.version !== version))
    assert.notEqual((await world.act('project', { project })).latest!.version, version)
  })
})
