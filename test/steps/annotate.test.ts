import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, hideTruth, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('annotate, from a project', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())

  /** A project with `each` labelled birds of every kind in the train split. */
  async function taught(
    project: string,
    each: number,
    of: Parameters<typeof addBirds>[2] = {},
  ): Promise<Birds> {
    await world.act('create', { project, classes: [...kinds] })
    const birds = await addBirds(world, project, of)
    const train = [...(await world.store.images.ids(project, { split: 'train' }))]
    const chosen = kinds.flatMap((kind) => train.filter((id) => birds.kindOf(id) === kind).slice(0, each))
    await answer(project, birds, chosen)
    return birds
  }
  const answer = async (project: string, birds: Birds, ids: readonly number[]) => {
    const answers = ids.map((image) => ({ image, label: birds.kindOf(image) }))
    if (answers.length > 0) await world.act('answer', { project, answers })
  }

  it('says what it can begin from where there is nothing', async () => {
    await world.act('create', { project: 'bare', classes: [...kinds] })
    await assert.rejects(world.act('annotate', { project: 'bare' }), /none of 0 has been through/)
    await addBirds(world, 'bare')
    await assert.rejects(
      world.act('annotate', { project: 'bare' }),
      /begins from labelled images.*classes: wren, robin, crow.*bowerbird cluster bare/,
    )
  })
  it('labels all from one image of each class, and measures on truth that it does not see', async () => {
    const birds = await taught('one', 1)
    await hideTruth(world, 'one', birds)
    const { images, classes, measured, applied, says } = await world.act('annotate', { project: 'one' })
    assert.equal(images, 120)
    assert.equal(measured!.on, 'truth')
    assert.equal(measured!.count, 117)
    assert.ok(measured!.value >= 0.95, `${measured!.value} right`)
    assert.equal(
      classes.reduce((sum, c) => sum + c.images, 0),
      120,
    )
    assert.equal(applied, 0)
    assert.match(
      says,
      /^120 images were labelled from 3 labelled images; \d+\.\d% of 117 known ones are right$/,
    )
    assert.equal((await world.store.projects.counts('one')).labelled, 3)
  })
  it('writes the labels as one act, but gold never; and does not learn from itself', async () => {
    const birds = await taught('own', 2)
    const first = await world.act('annotate', { project: 'own', apply: true })
    const gold = (await world.store.images.ids('own', { split: 'test' })).length
    assert.equal(first.applied, 120 - gold - 6)
    const entries = await world.store.labels.ledger('own', 0 as never, 1000)
    assert.equal(entries.filter((e) => e.origin === 'annotate').length, first.applied)
    const again = await world.act('annotate', { project: 'own', apply: true })
    assert.match(again.says, /from 6 labelled images/)
    assert.equal(again.applied, 0)
    await world.act('undo', { project: 'own' })
    const { labelled } = await world.store.projects.counts('own')
    assert.equal(labelled, 6)
    assert.equal(birds.ids.length, 120)
  })
  it('measures on gold that people answered', async () => {
    const birds = await taught('gold', 2)
    await answer('gold', birds, [...(await world.store.images.ids('gold', { split: 'test' }))])
    const { measured } = await world.act('annotate', { project: 'gold' })
    assert.equal(measured!.on, 'gold')
    assert.ok(measured!.value > 0.9 && measured!.count > 3)
  })
  it('asks before it promises, keeps what the answers support, and leaves the rest to ask', async () => {
    const birds = await taught('sure', 3, { each: 120, spread: 0.2 })
    const input = { project: 'sure', abstain: 0.9 } as const
    const first = await world.act('annotate', { ...input, apply: true })
    assert.equal(first.applied, 0)
    assert.equal(first.audit!.promised, false)
    assert.match(first.audit!.says, /^60 of 60 questions are open/)
    assert.equal(first.audit!.questions.length, 60)
    await answer(
      'sure',
      birds,
      first.audit!.questions.map((q) => q.id),
    )
    const second = await world.act('annotate', { ...input, apply: true })
    assert.equal(second.audit!.promised, true, second.audit!.says)
    assert.equal(second.audit!.asked, 60)
    assert.ok(second.audit!.bound >= 0.9)
    assert.ok(second.audit!.kept >= 0.8, `${second.audit!.kept} kept`)
    assert.ok(second.applied > 0)
  })
  it('draws another audit once the labels that it proposed have changed', async () => {
    const birds = await taught('moved', 2, { spread: 0.9 })
    const first = await world.act('annotate', { project: 'moved', abstain: 0.8 })
    await answer(
      'moved',
      birds,
      first.audit!.questions.map((q) => q.id),
    )
    const train = [...(await world.store.images.ids('moved', { split: 'train', labelled: false }))]
    await world.act('answer', {
      project: 'moved',
      answers: train.slice(0, 20).map((image) => ({ image, label: 'crow' })),
    })
    const second = await world.act('annotate', { project: 'moved', abstain: 0.8 })
    assert.equal(second.audit!.promised, false)
    assert.equal(second.audit!.asked, 0)
  })
})
