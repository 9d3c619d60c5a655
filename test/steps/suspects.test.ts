import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('suspects', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  const otherThan = (kind: string) => kinds[(kinds.indexOf(kind as (typeof kinds)[number]) + 1) % 3]!
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project, { spread: 0.4 })
  })
  after(() => world.close())

  it('says what is missing before there are two classes', () =>
    assert.rejects(world.act('suspects', { project }), /labelled with at least two classes, and there are 0/))
  it('finds the wrong labels among answers and imports, with the class that each shows', async () => {
    const wrong = new Set(birds.ids.filter((_, i) => i % 12 === 3))
    const label = (image: number) =>
      wrong.has(image as never) ? otherThan(birds.kindOf(image)) : birds.kindOf(image)
    const answers = birds.ids.map((image, i) => ({
      image,
      label: label(image),
      origin: i % 2 === 0 ? ('import' as const) : ('answer' as const),
    }))
    await world.act('answer', { project, answers })
    const { suspects, looked, off } = await world.act('suspects', { project })
    assert.equal(looked, 120)
    const first = suspects.slice(0, wrong.size)
    assert.deepEqual(new Set(first.map((s) => s.image.id)), wrong)
    assert.ok(off >= wrong.size / 2 && off <= 2 * wrong.size, `${off} are off`)
    for (const { image, suggested, reason } of first) {
      assert.equal(suggested, birds.kindOf(image.id))
      assert.match(reason, new RegExp(`labelled ${image.label}: .* says ${suggested} \\(\\d+%\\), and \\d+%`))
    }
  })
  it('doubts a label no more that a person kept, until that is taken back', async () => {
    const [first] = (await world.act('suspects', { project, size: 1 })).suspects
    const { id, label } = first!.image
    await world.act('answer', { project, answers: [{ image: id, label, origin: 'accept' }] })
    const listed = async () => (await world.act('suspects', { project })).suspects.map((s) => s.image.id)
    assert.ok(!(await listed()).includes(id))
    await world.act('undo', { project })
    assert.equal((await listed())[0], id)
  })
  it('lists none of those any more once they are mended, and no more than asked for', async () => {
    const { suspects } = await world.act('suspects', { project, size: 2 })
    assert.equal(suspects.length, 2)
    const all = await world.act('suspects', { project })
    const answers = all.suspects.map((s) => ({
      image: s.image.id,
      label: birds.kindOf(s.image.id),
      origin: 'correct' as const,
    }))
    await world.act('answer', { project, answers })
    assert.ok((await world.act('suspects', { project })).suspects.length <= 2)
  })

  it('looks at more labels than a person waits for in portions, each label in one of them', async () => {
    const project = 'many'
    await world.act('create', { project, classes: [...kinds] })
    const many = await addBirds(world, project, { each: 700, spread: 0.2 })
    const wrong = new Set(many.ids.filter((_, i) => i % 105 === 7))
    const answers = many.ids.map((image) => {
      const kind = many.kindOf(image)
      return { image, label: wrong.has(image) ? otherThan(kind) : kind, origin: 'import' as const }
    })
    await world.act('answer', { project, answers })
    const found = new Set<number>()
    let sum = 0
    for (const portion of [1, 2]) {
      const { suspects, looked, labels, portions, says } = await world.act('suspects', { project, portion })
      assert.deepEqual({ labels, portions }, { labels: 2100, portions: 2 })
      assert.match(says, /^\d+ of 1050 labels contradict .*; these are portion . of 2 of all 2100 labels$/)
      sum += looked
      for (const { image } of suspects) found.add(image.id)
    }
    assert.equal(sum, 2100)
    assert.deepEqual(
      [...wrong].filter((id) => !found.has(id)),
      [],
    )
    await assert.rejects(
      world.act('suspects', { project, portion: 3 }),
      /cannot look at portion 3: the 2100 labels are looked at in 2, at most 2000 at once/,
    )
  })
})
