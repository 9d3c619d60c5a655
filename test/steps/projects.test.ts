import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('projects, classes and images', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, title: 'Birds of the garden', classes: [...kinds], seed: 4 })
    birds = await addBirds(world, project)
  })
  after(() => world.close())

  it('shows a project with its counts', async () => {
    const view = await world.act('project', { project })
    assert.deepEqual(
      [view.title, view.encoder, view.seed, view.counts.images, view.embedded, view.champion, view.latest],
      ['Birds of the garden', 'builtin', 4, 120, 120, null, null],
    )
    const { train, validation, test } = view.counts.bySplit
    assert.equal(train.images + validation.images + test.images, 120)
    assert.deepEqual((await world.act('projects', {})).projects, [view])
  })
  it('says what a name may look like', () =>
    assert.rejects(world.act('create', { project: 'My Birds' }), {
      kind: 'bad-input',
      message: /cannot create: project: .*1 to 64 of a–z, 0–9 and -, and "My Birds" was given/,
    }))
  it('creates nothing twice', () =>
    assert.rejects(world.act('create', { project }), { kind: 'already-there', message: /birds/ }))
  it('keeps something to learn from', () =>
    assert.rejects(
      world.act('create', { project: 'all-gold', testShare: 0.6, validationShare: 0.4 }),
      /together are at most 0.9, and they are 1/,
    ))
  it('names the projects there are when one is unknown', () =>
    assert.rejects(world.act('project', { project: 'bords' }), {
      kind: 'not-found',
      message: /bords.*birds/,
    }))
  it('removes a project and all that it had', async () => {
    await world.act('create', { project: 'gone' })
    assert.deepEqual(await world.act('remove', { project: 'gone' }), { removed: 'gone' })
    await assert.rejects(world.act('project', { project: 'gone' }), { kind: 'not-found' })
  })
  it('adds classes behind those there are, and renames one', async () => {
    const names = async (more: object) =>
      (await world.act('classes', { project, ...more })).classes.map((c) => c.name)
    assert.deepEqual(await names({ add: ['emu', 'wren'] }), ['wren', 'robin', 'crow', 'emu'])
    assert.deepEqual(await names({ rename: { from: 'emu', to: 'owl' } }), ['wren', 'robin', 'crow', 'owl'])
    await assert.rejects(names({ rename: { from: 'emu', to: 'kite' } }), /unknown class emu/)
    await assert.rejects(names({ rename: { from: 'owl', to: 'crow' } }), { kind: 'already-there' })
    await assert.rejects(names({ add: ['none'] }), /words of the filter/)
  })

  describe('images', () => {
    const list = (more: object = {}) => world.act('images', { project, ...more })
    it('gives page after page, and every image once', async () => {
      const ids: number[] = []
      let after: string | undefined
      do {
        const page = await list({ size: 50, ...(after && { after }) })
        ids.push(...page.images.map((image) => image.id))
        after = page.next ?? undefined
        assert.equal(page.total, 120)
      } while (after)
      assert.deepEqual(ids, [...birds.ids])
    })
    it('filters by label, split and name, and knows how many there are', async () => {
      const train = [...(await world.store.images.ids(project, { split: 'train' }))]
      await world.act('answer', {
        project,
        answers: train.slice(0, 4).map((image) => ({ image, label: 'wren' })),
      })
      assert.equal((await list({ label: 'wren' })).images.length, 4)
      assert.equal((await list({ label: 'wren' })).total, 4)
      assert.equal((await list({ label: 'any' })).total, 4)
      assert.equal((await list({ label: 'none', split: 'train' })).total, train.length - 4)
      assert.equal((await list({ label: 'none', split: 'train' })).images.length, train.length - 4)
      assert.equal((await list({ text: 'crow-11' })).total, null)
      assert.ok((await list({ text: 'crow-11' })).images.every((image) => image.name.startsWith('crow-11')))
      await assert.rejects(list({ label: 'emu' }), /unknown class emu/)
    })
    it('cannot filter by guess before there is a version', () =>
      assert.rejects(list({ guess: 'wren' }), { kind: 'not-ready', message: /no trained version yet/ }))
    it('filters by guess and sureness, the unsure first', async () => {
      const train = [...(await world.store.images.ids(project, { split: 'train' }))]
      const answers = train.map((image) => ({ image, label: birds.kindOf(image) }))
      await world.act('answer', { project, answers })
      const { version } = await world.act('train', { project })
      const sure = await list({ guess: 'crow', confidenceMin: 0.6 })
      assert.equal(sure.version, version)
      assert.ok(sure.images.length > 10)
      assert.ok(sure.images.every(({ guess }) => guess!.class === 'crow' && guess!.confidence >= 0.6))
      const margins = (await list({ order: 'unsure first' })).images.map((image) => image.guess!.margin)
      assert.deepEqual(
        margins,
        margins.toSorted((a, b) => a - b),
      )
    })
  })
})
