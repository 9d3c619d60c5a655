import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { randomFrom } from '../../src/math/index.ts'
import { strategyNames } from '../../src/query/index.ts'
import { controlArm, controlCount } from '../../src/steps/control.ts'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('ask', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project)
  })
  after(() => world.close())

  const asked = async (input: Partial<Parameters<typeof ask>[0]> = {}) =>
    (await ask({ project, ...input })).questions.map((q) => q.image.id)
  const ask = (input: { project: string } & Record<string, unknown>) => world.act('ask', input)

  it('asks ten images of the train split, if not told how many', async () => {
    const { questions, left } = await ask({ project })
    assert.equal(questions.length, 10)
    assert.ok(questions.every((q) => q.image.split === 'train' && q.image.label === null))
    assert.equal(left, (await world.act('project', { project })).counts.bySplit.train.images)
  })
  it('asks the same again while nothing has changed', async () =>
    assert.deepEqual(await asked(), await asked()))
  it('asks nothing that has a label, was passed over, or is on the screen', async () => {
    const [labelled, skipped, shown] = await asked()
    await world.act('answer', { project, answers: [{ image: labelled!, label: birds.kindOf(labelled!) }] })
    await world.act('answer', { project, answers: [{ image: skipped!, label: null, origin: 'skip' }] })
    const { left } = await ask({ project })
    const rest = await asked({ budget: left - 1, exclude: [shown!] })
    for (const gone of [labelled, skipped, shown]) assert.ok(!rest.includes(gone!))
    assert.equal((await ask({ project, force: true })).left, left + 1)
  })
  it('refuses 1000 questions when fewer are left, and says both numbers', async () => {
    const { left } = await ask({ project })
    await assert.rejects(ask({ project, budget: 1000 }), {
      kind: 'out-of-pool',
      message: new RegExp(`cannot ask 1000 questions.*${left} are left`),
    })
  })
  it('draws gold by chance, whatever strategy is named', async () => {
    const { questions, strategy, says } = await ask({ project, split: 'test', strategy: 'margin', budget: 2 })
    assert.equal(strategy, 'random')
    assert.match(says, /without bias/)
    assert.ok(questions.every((q) => q.image.split === 'test'))
  })
  it('says why margin has to wait before there is a version', async () => {
    const { strategy, says } = await ask({ project, strategy: 'margin' })
    assert.equal(strategy, 'maxherding')
    assert.match(says, /no trained version yet.*; margin has to wait/)
  })
  it('spreads typical questions over the heaps', async () => {
    const questions = await asked({ strategy: 'typical', budget: 5 })
    assert.equal(new Set(questions.map(birds.kindOf)).size, 3)
  })
  it('asks what the newest version doubts once there is one', async () => {
    const train = [...(await world.store.images.ids(project, { split: 'train' }))]
    const answers = kinds.flatMap((kind) =>
      train
        .filter((id) => birds.kindOf(id) === kind)
        .slice(0, 11)
        .map((image) => ({ image, label: kind })),
    )
    await world.act('answer', { project, answers })
    await world.act('train', { project })
    const { questions, strategy } = await ask({ project, budget: 3, control: 0 })
    assert.equal(strategy, 'doubtherding')
    const { images } = await world.act('images', {
      project,
      order: 'unsure first',
      split: 'train',
      label: 'none',
    })
    const unsure = images.slice(0, 30).map((image) => image.id)
    assert.ok(questions.every((q) => unsure.includes(q.image.id)))
  })
  for (const strategy of strategyNames) {
    it(`asks by ${strategy} once there is a version, with reasons in words`, async () => {
      const { questions, strategy: used } = await ask({ project, strategy, budget: 4 })
      assert.equal(used, strategy)
      assert.equal(new Set(questions.map((q) => q.image.id)).size, 4)
      for (const { reason } of questions) assert.doesNotMatch(reason, /undefined|NaN|^$/)
    })
  }
  it('asks the cheapest doubt first where costs are given', async () => {
    const { questions } = await ask({ project, strategy: 'margin', budget: 2 })
    const [first, second] = questions.map((q) => q.image.id)
    const costs = [{ image: first!, cost: 1000 }]
    const [cheap] = await asked({ strategy: 'cost-aware', budget: 1, costs })
    assert.equal(cheap, second)
  })
  it('asks fewer where only so many are unsure enough, or a round is bounded', async () => {
    assert.deepEqual(await asked({ budget: 5, strategy: 'margin', minUncertainty: 1 }), [])
    assert.equal((await asked({ budget: 5, maxPerRound: 2 })).length, 2)
  })
  for (const strategy of ['k-center', 'random', 'doubtherding'] as const) {
    it(`${strategy} asks about none that is surer than wanted, and says so where none is left`, async () => {
      const least = 0.05
      const { questions } = await ask({ project, budget: 5, strategy, minUncertainty: least, control: 0 })
      for (const { image } of questions) assert.ok(1 - image.guess!.confidence >= least)
      const { questions: none, says } = await ask({ project, strategy, minUncertainty: 1, control: 0 })
      assert.deepEqual(none, [])
      assert.match(says, /of the \d+ images left the best guess is surer than 0 for each/)
    })
  }
  it('mixes in questions drawn by chance, as many as its share, and marks them', async () => {
    const { questions } = await ask({ project, budget: 20, control: 0.25 })
    const control = questions.filter((q) => q.isControl)
    assert.equal(questions.length, 20)
    assert.equal(control.length, 5)
    assert.ok(control.every((q) => q.reason.startsWith('drawn by chance')))
    const more = await ask({ project, budget: 20, control: 0.25, exclude: control.map((q) => q.image.id) })
    assert.ok(more.questions.every((q) => !control.some((c) => c.image.id === q.image.id)))
  })
  it('gives single questions to chance as often as its share says', () => {
    const random = randomFrom(2)
    const counts = Array.from({ length: 1000 }, () => controlCount(1, 0.1, random))
    const sum = counts.reduce((a, b) => a + b)
    assert.ok(sum > 70 && sum < 130, `${sum} of 1000`)
  })
  it('takes the turns of chance one after another: the arm grows by what was answered, whoever asked', async () => {
    await world.act('create', { project: 'arm', classes: [...kinds] })
    const some = await addBirds(world, 'arm')
    const of = await world.store.projects.get('arm')
    const { questions } = await ask({ project: 'arm', budget: 8, strategy: 'random' })
    assert.deepEqual(await controlArm(world.store, of), [])
    const [second, ...others] = questions.slice(1)
    const told = (ids: readonly number[]) =>
      world.act('answer', {
        project: 'arm',
        answers: ids.map((image) => ({ image, label: some.kindOf(image) })),
      })
    await told(others.map((q) => q.image.id))
    await told([questions[0]!.image.id])
    await world.act('answer', {
      project: 'arm',
      answers: [{ image: second!.image.id, label: null, origin: 'skip' }],
    })
    // What was passed over is left out; the other seven are the arm, in no order that a person chose.
    const arm = await controlArm(world.store, of)
    assert.deepEqual([...arm].sort(), [questions[0]!, ...others].map((q) => q.image.id).sort())
  })
  it('asks no two people about the same image, though they ask at the same moment', async () => {
    await world.act('create', { project: 'shared' })
    await addBirds(world, 'shared')
    const people = ['ann', 'bob', 'eve']
    const ofEach = (input = {}) =>
      Promise.all(people.map((by) => world.act('ask', { project: 'shared', by, budget: 8, ...input })))
    const idsOf = (all: Awaited<ReturnType<typeof ofEach>>) =>
      all.map(({ questions }) => questions.map((q) => q.image.id).sort())
    const first = idsOf(await ofEach())
    assert.equal(new Set(first.flat()).size, 24)
    const [again] = idsOf(await ofEach())
    assert.ok(again!.every((id) => !first[1]!.includes(id) && !first[2]!.includes(id)))
    const gold = idsOf(await ofEach({ split: 'test', budget: 2 }))
    assert.equal(new Set(gold.flat()).size, 6)
  })
  it('asks another person once the time of the first has run out', async () => {
    await world.act('create', { project: 'slow' })
    await addBirds(world, 'slow')
    const asks = async (by: string, minutes: number) =>
      (await world.act('ask', { project: 'slow', by, minutes })).questions.map((q) => q.image.id)
    const first = await asks('ann', 1 / 30) // two looks at the clock of this world
    world.now()
    world.now()
    assert.deepEqual(await asks('bob', 10), first)
    assert.ok((await asks('ann', 10)).every((id) => !first.includes(id)))
  })
  it('says that nothing is left, without failing', async () => {
    await world.act('create', { project: 'empty' })
    const { questions, says, left } = await ask({ project: 'empty' })
    assert.deepEqual([questions, left], [[], 0])
    assert.match(says, /nothing is left/)
  })
  it('asks by chance, and says so, while most images wait for the encoder', async () => {
    await world.act('create', { project: 'waiting' })
    await addBirds(world, 'waiting', { embedded: false })
    const { strategy, says, questions } = await ask({ project: 'waiting', strategy: 'typical' })
    assert.deepEqual([strategy, questions.length], ['random', 10])
    assert.match(says, /most images have not been embedded yet; typical has to wait/)
  })
})
