import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { perform, steps } from '../../src/steps/index.ts'
import { addBirds, hideTruth, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('train, searching', () => {
  let world: TestWorld
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    // Heaps that overlap, so that the settings matter; builtin's usual pull suits its wider rows.
    await label(await addBirds(world, project, { spread: 1.6, each: 60 }), 120)
  })
  after(() => world.close())

  async function label(birds: Birds, count: number): Promise<void> {
    const train = [...(await world.store.images.ids(project, { split: 'train' }))].slice(0, count)
    const answers = train.map((image) => ({ image, label: birds.kindOf(image) }))
    await world.act('answer', { project, answers })
  }
  type Tried = { pull: number; isBalanced: boolean; folds: number; images: number; logLoss: number }
  const searched = async () => {
    const { settings } = await world.act('train', { project, search: true })
    return settings as { pull: number; isBalanced: boolean; search: { says: string; tried: Tried[] } }
  }

  it('keeps on the card what was tried, the better half of it on more folds, and says why', async () => {
    const { pull, isBalanced, search } = await searched()
    const counts = [1, 2, 5].map((folds) => search.tried.filter((its) => its.folds === folds).length)
    assert.deepEqual(counts, [8, 4, 4])
    const last = search.tried.filter((its) => its.folds === 5)
    assert.deepEqual(
      last.map((its) => its.logLoss),
      last.map((its) => its.logLoss).toSorted((a, b) => a - b),
    )
    assert.ok(last.some((its) => its.pull === pull && its.isBalanced === isBalanced))
    assert.ok(search.says.startsWith(`pull ${pull}`))
    assert.match(search.says, /log loss.*±.* on \d+ labels$/)
  })
  it('is not told apart by hidden truth nor by gold', async () => {
    const { search } = await searched()
    const birds = { ids: [...(await world.store.images.ids(project, {}))] as never, kindOf: () => 'crow' }
    await hideTruth(world, project, birds)
    for (const image of await world.store.images.ids(project, { split: 'test' })) {
      await world.act('answer', { project, answers: [{ image, label: 'wren' }] })
    }
    assert.deepEqual((await searched()).search.tried, search.tried)
  })
  it('teaches what comes after with what it found, until someone says otherwise', async () => {
    const { pull } = await searched()
    assert.equal((await world.act('train', { project, seed: 5 })).settings['pull'], pull)
    const other = pull === 1 ? 0.1 : 1
    assert.equal((await world.act('train', { project, pull: other })).settings['pull'], other)
    assert.equal((await world.act('train', { project, seed: 6 })).settings['pull'], pull)
  })
  it('refuses a pull beside it, and too few labels', async () => {
    await assert.rejects(world.act('train', { project, search: true, pull: 1 }), {
      kind: 'bad-input',
      message: /either search or the pull/,
    })
    await world.act('create', { project: 'few', classes: [...kinds] })
    const birds = await addBirds(world, 'few')
    const [image] = await world.store.images.ids('few', { split: 'train' })
    const other = birds.ids.find((id) => birds.kindOf(id) === 'crow')!
    const train = [...(await world.store.images.ids('few', { split: 'train' }))]
    const crow = train.find((id) => birds.kindOf(id) === 'crow') ?? other
    await world.act('answer', {
      project: 'few',
      answers: [image!, crow].map((id) => ({ image: id, label: birds.kindOf(id) })),
    })
    await assert.rejects(world.act('train', { project: 'few', search: true }), {
      kind: 'not-ready',
      message: /there are 2 labels/,
    })
  })
  it('says how far it is, and stops when it is told to', async () => {
    const stop = new AbortController()
    const said: string[] = []
    const progress = ({ done, sentence }: { done: number; sentence: string }) => {
      said.push(sentence)
      if (sentence.includes('settings') && done === 3) stop.abort(new Error('enough'))
    }
    const step = steps.find((its) => its.name === 'train')!
    const watched = { ...world, progress, signal: stop.signal }
    await assert.rejects(perform(step, { project, search: true, seed: 9 }, watched), /enough/)
    assert.ok(said.includes('trying 16 settings on 1 of 5 folds of the labels'))
  })
})
