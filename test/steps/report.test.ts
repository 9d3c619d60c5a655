import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { controlArm } from '../../src/steps/control.ts'
import { addBirds, hideTruth, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('report', () => {
  let world: TestWorld
  before(async () => void (world = await openWorld()))
  after(() => world.close())

  /** Asked and answered in two rounds, a share of them by chance. */
  async function labelled(project: string, control: number, of: Parameters<typeof addBirds>[2]) {
    await world.act('create', { project, classes: [...kinds] })
    const birds = await addBirds(world, project, of)
    for (const budget of [40, 40]) await answered(project, birds, { budget, control })
    return birds
  }
  async function answered(project: string, birds: Birds, how: { budget: number; control: number }) {
    const { questions } = await world.act('ask', { project, ...how })
    const answers = questions.map(({ image }, i) => ({
      image: image.id,
      label: birds.kindOf(image.id),
      seconds: 2 + (i % 3),
    }))
    await world.act('answer', { project, answers })
  }

  it('claims nothing before chance drew twenty labels, and says how many there are', async () => {
    await labelled('early', 0.1, { each: 60 })
    const { says, saved, control, accuracy } = await world.act('report', { project: 'early' })
    assert.match(says, /^no claim: \d+ labels were drawn by chance so far, and it takes 20/)
    assert.deepEqual([saved, accuracy], [null, null])
    assert.ok(control >= 4 && control < 20, `${control}`)
  })
  it('audits accuracy on what chance drew, by heads that did not learn it', async () => {
    await labelled('audited', 0.5, { each: 100, spread: 0.9 })
    const found = await world.act('report', { project: 'audited' })
    assert.equal(found.accuracy!.on, 'control')
    assert.equal(found.accuracy!.count, found.control)
    const project = await world.store.projects.get('audited')
    assert.equal(found.control, (await controlArm(world.store, project)).length)
    assert.equal(found.labels, 80)
    assert.match(found.says, /^accuracy \d+\.\d% ± \d+\.\d with 80 labels; /)
  })
  it('compares as many labels of either kind, with the bounds of their difference', async () => {
    const { equal, control } = await world.act('report', { project: 'audited' })
    assert.ok(equal!.labels <= control)
    const { value, low, high } = equal!.difference
    assert.ok(low! <= value! && value! <= high!)
    assert.ok(Math.abs(value! - (equal!.asked - equal!.random)) < 1e-9)
  })
  it('measures on hidden truth where that is known', async () => {
    const birds = await labelled('known', 0.5, { each: 100, spread: 0.9 })
    await hideTruth(world, 'known', birds)
    const { accuracy } = await world.act('report', { project: 'known' })
    assert.deepEqual([accuracy!.on, accuracy!.count], ['truth', 220])
  })
  it('claims no saving where all was drawn by chance', async () => {
    await labelled('chance', 1, { each: 100, spread: 0.9 })
    const { saved, says, control, equal } = await world.act('report', { project: 'chance' })
    assert.equal(control, 80)
    assert.equal(saved, null)
    assert.equal(equal, null)
    assert.match(says, /no claim/)
  })
  it('claims labels and minutes where chance does clearly worse, in numbers that can be checked', async () => {
    // Chance is made worse by hand: half of what it drew is answered wrong.
    await world.act('create', { project: 'worse', classes: [...kinds] })
    const birds = await addBirds(world, 'worse', { each: 200, spread: 0.7 })
    await hideTruth(world, 'worse', birds)
    const { questions } = await world.act('ask', { project: 'worse', budget: 400, control: 0.2 })
    const wrong = (image: number) => kinds[(kinds.indexOf(birds.kindOf(image) as 'wren') + 1) % 3]!
    const answers = questions.map(({ image, isControl }, i) => ({
      image: image.id,
      label: isControl && i % 2 === 0 ? wrong(image.id) : birds.kindOf(image.id),
      seconds: 3,
    }))
    await world.act('answer', { project: 'worse', answers })
    const { says, saved, minutesSaved, equal, randomNeeds, labels } = await world.act('report', {
      project: 'worse',
    })
    assert.ok(equal!.difference.low! > 0)
    assert.ok(saved! > 0, says)
    assert.equal(saved, Math.round(randomNeeds!.low!) - labels)
    assert.equal(minutesSaved, (saved! * 3) / 60)
    assert.match(says, new RegExp(`random would need at least ${saved} more \\(\\d+ minutes\\)`))
  })
  it('tells the seconds of an answer, and what the labels cover', async () => {
    const found = await world.act('report', { project: 'audited' })
    assert.deepEqual([found.secondsPerAnswer, found.timed], [3, 80])
    const { radius, radius95, entropy, redundancy } = found.diversity
    assert.ok(radius! >= radius95! && radius95! > 0 && radius! < 2)
    assert.ok(entropy > 0.8 && redundancy! > 0 && redundancy! <= 1)
  })
  it('says the same each time', async () =>
    assert.deepEqual(
      await world.act('report', { project: 'audited' }),
      await world.act('report', { project: 'audited' }),
    ))
})
