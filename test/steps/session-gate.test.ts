// What the rounds show when there are validation images enough to show it.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('a session with 60 labelled validation images', () => {
  let world: TestWorld
  let birds: Birds
  const [project, session] = ['birds', 'first']
  const of = { project, session }
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds], testShare: 0, validationShare: 0.4 })
    birds = await addBirds(world, project, { each: 60, spread: 1.2 })
    const images = [...(await world.store.images.ids(project, { split: 'validation' }))].slice(0, 60)
    await answer(images, birds.kindOf)
    await world.act('session-create', { ...of, budget: 16, rounds: 6, validationShare: 0, control: 0.38 })
    await world.act('session-start', of)
  })
  after(() => world.close())

  const answer = (ids: readonly number[], kindOf: (id: number) => string) =>
    world.act('answer', { project, answers: ids.map((image) => ({ image, label: kindOf(image) })) })
  const wrong = (id: number) => kinds[(kinds.indexOf(birds.kindOf(id) as 'wren') + 1) % kinds.length]!
  const playRound = async (kindOf: (id: number) => string) => {
    const { questions } = await world.act('ask', { project, budget: 16 })
    const ids = questions.map((q) => q.image.id)
    await answer(ids, kindOf)
    await world.act('session-advance', { project })
    const { rounds, ...found } = await world.act('session', of)
    return { ids, round: rounds.findLast((round) => round.state === 'done')!, ...found }
  }
  const champion = async () => (await world.act('project', { project })).champion

  let poisoned: readonly number[]
  it('publishes the first version', async () => {
    const { round, images } = await playRound(birds.kindOf)
    assert.deepEqual([round.gate!.verdict, round.gate!.isPublished, images], ['first', true, 60])
    assert.equal(await champion(), round.version)
  })
  it('does not publish a version that wrong answers made worse, and says by how much', async () => {
    const before = await champion()
    const { round, ids, best } = await playRound(wrong)
    poisoned = ids
    const { verdict, isPublished, difference, says } = round.gate!
    assert.deepEqual([verdict, isPublished], ['worse', false])
    assert.ok(difference!.high < 0 && difference!.low <= difference!.value)
    assert.match(
      says,
      /version 2 is not published: on 60 validation images it differs .* by -\d.*it is worse/,
    )
    assert.deepEqual([await champion(), best!.round], [before, 1])
  })
  it('lets a person publish it only with force', async () => {
    const before = await champion()
    await assert.rejects(world.act('publish', { project, version: 2 }), {
      kind: 'not-ready',
      message: /cannot publish version 2: on 60 validation images.*it is worse; force/,
    })
    await world.act('publish', { project, version: 2, force: true })
    assert.equal(await champion(), 2)
    await world.act('publish', { project, version: before! })
    assert.equal(await champion(), before)
  })
  it('publishes again once the answers are put right', async () => {
    await answer(poisoned, birds.kindOf)
    const { round } = await playRound(birds.kindOf)
    assert.deepEqual([round.gate!.verdict, round.gate!.isPublished], ['not worse', true])
    assert.ok(round.gate!.difference!.value >= 0)
  })
  it('foretells what the next 100 labels would bring, with bounds, and compares with what chance drew', async () => {
    const { forecast, stop, convergence, round, curve } = await playRound(birds.kindOf)
    const { gain, accuracy, says } = forecast!
    assert.ok(gain.low <= gain.value && gain.value <= gain.high)
    assert.ok(accuracy.low <= accuracy.value && accuracy.value <= accuracy.high && accuracy.high <= 1)
    assert.match(says, /^the next 100 labels would bring -?\d+\.\d \(-?\d+\.\d to -?\d+\.\d\) points$/)
    assert.equal(stop.isNow, gain.value < 0.01)
    assert.ok(convergence!.gain.low <= convergence!.gain.high)
    assert.equal(curve.length, 4)
    const { labels, random, asked, difference } = round.arm!
    assert.ok(labels >= 20 && random > 0.5 && Math.abs(asked! - random - difference!.value) < 1e-9)
  })
  it('ends before its last round when 100 labels would bring less than was asked for', async () => {
    await world.act('session-update', { ...of, stopBelow: 1 })
    const { state, why, stop } = await playRound(birds.kindOf)
    assert.equal(state, 'completed')
    assert.match(why, /^stop now: the next 100 labels would bring .* points, less than the 100\.0 asked for$/)
    assert.equal(stop.says, why)
  })
})
