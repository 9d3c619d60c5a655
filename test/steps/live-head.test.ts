// The head that answers keep up to date between versions.
import assert from 'node:assert/strict'
import { after, before, describe, it, test } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import { randomFrom, rowOf } from '../../src/math/index.ts'
import { squaredToNearest } from '../../src/query/index.ts'
import { liveHeadOf, type LiveHead } from '../../src/steps/live/head.ts'
import { comparedBySample } from '../../src/steps/live/sample.ts'
import { lessonOf } from '../../src/steps/lesson.ts'
import { usualPull } from '../../src/steps/train.ts'
import { addBirds, kinds, openWorld, type Birds, type TestWorld } from '../fixtures/world.ts'

describe('a live head', () => {
  let world: TestWorld
  let birds: Birds
  const project = 'birds'
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, classes: [...kinds] })
    birds = await addBirds(world, project)
  })
  after(() => world.close())

  const now = async () => (await liveHeadOf(world, await world.store.projects.get(project))).head
  const answer = (images: readonly number[], label?: string) =>
    world.act('answer', {
      project,
      answers: images.map((image) => ({ image, label: label ?? birds.kindOf(image) })),
      createClasses: true,
    })
  const trainIds = async () => [...(await world.store.images.ids(project, { split: 'train' }))]
  /** Its guesses beside those of a head that learns the same labels from nothing. */
  const agrees = async (live: LiveHead | undefined) => {
    assert.ok(live)
    const of = await world.store.projects.get(project)
    const lesson = await lessonOf(world.store, of)
    assert.deepEqual(
      live.classes.map((its) => its.name),
      lesson.classes.map((its) => its.name),
    )
    assert.equal(live.taught.classOf.length, lesson.images.length)
    const how = { classes: lesson.classes.length, pull: usualPull(of), seed: 1 }
    const full = await world.runtime.trainHead(lesson.rows, lesson.classOf, how)
    const known = birds.ids.filter(live.knows)
    const expected = await world.runtime.probabilities(full, live.rowsOf(known))
    const given = live.guessesOf(known)
    for (const [i, image] of known.entries()) {
      rowOf(expected, i).forEach((p, c) =>
        assert.ok(Math.abs(p - rowOf(given, i)[c]!) < 0.02, `image ${image}: ${p} and ${rowOf(given, i)[c]}`),
      )
    }
  }

  it('is not there for who asks but once, nor before two classes have labels', async () => {
    assert.equal(await now(), undefined)
    assert.equal(await now(), undefined)
  })
  it('knows the last answer, as a full training would', async () => {
    const train = await trainIds()
    await answer(train.filter((id) => birds.kindOf(id) === 'wren').slice(0, 2))
    await answer(train.filter((id) => birds.kindOf(id) === 'robin').slice(0, 2))
    await agrees(await now())
  })
  it('follows one answer after another, whatever their order', async () => {
    const train = await trainIds()
    const random = randomFrom(5)
    for (let turn = 0; turn < 12; turn++) {
      await answer([train[random.below(train.length)]!])
      await agrees(await now())
    }
  })
  it('grows by a class that had no label before', async () => {
    const [image] = (await trainIds()).slice(-1)
    await answer([image!], 'owl')
    const live = await now()
    assert.ok(live?.classes.some((its) => its.name === 'owl'))
    await agrees(live)
  })
  it('loses the class again when the answer is taken back', async () => {
    await world.act('undo', { project })
    const live = await now()
    assert.ok(!live?.classes.some((its) => its.name === 'owl'))
    await agrees(live)
  })
  it('learns the new label of an image that was labelled otherwise', async () => {
    const [image] = await trainIds()
    await answer([image!], 'robin')
    await answer([image!], 'crow')
    await agrees(await now())
  })
  it('says the new name of a renamed class', async () => {
    await world.act('classes', { project, rename: { from: 'crow', to: 'raven' } })
    const live = await now()
    assert.ok(live?.classes.some((its) => its.name === 'raven'))
    await agrees(live)
  })
  it('takes 200 labels at once', async () => {
    const train = await trainIds()
    await answer(train.filter((id) => birds.kindOf(id) !== 'crow'))
    await agrees(await now())
  })
  it('knows of every two images what their rows say, of its sample or not', async () => {
    const live = (await now())!
    const images = birds.ids.filter(live.knows)
    const rows = live.rowsOf(images)
    const taught = live.taught.rows
    assert.ok(images.some((image) => !live.sample.images.includes(image)))
    const { rowsOf } = live
    const its = await comparedBySample(live.sample, { images, rowsOf, taught }, world.runtime)
    const { products, nearest } = its!
    const expected = await world.runtime.matmul(rows, rows)
    const row = new Float32Array(images.length)
    for (const i of images.keys()) {
      products.rowInto(row, i)
      row.forEach((product, j) => assert.ok(Math.abs(product - rowOf(expected, i)[j]!) < 1e-5))
      assert.ok(Math.abs(products.lengths[i]! - row[i]!) < 1e-5)
    }
    const far = await squaredToNearest(rows, taught, world.runtime)
    nearest.forEach((its, i) => assert.ok(Math.abs(its - far[i]!) < 1e-5))
  })
  it('guesses images that were embedded meanwhile', async () => {
    const { images } = await world.store.projects.counts(project)
    const { ids, rows } = await firstShard()
    const more = await world.store.images.add(
      project,
      [{ ...twin, name: 'late.png', hash: 'a'.repeat(64) as never }],
      world.now(),
    )
    assert.equal((await now())?.knows(more.ids[0]!), false)
    const row = { rows: 1, columns: rows.columns, data: rowOf(rows, 0).slice() }
    await world.store.embeddings.addShard(project, 'builtin', { ids: more.ids, rows: row })
    const live = await now()
    assert.equal((await world.store.projects.counts(project)).images, images + 1)
    const [late, first] = [more.ids, [ids[0]! as ImageId]].map((its) => live!.guessesOf(its).data)
    late!.forEach((p, c) => assert.ok(Math.abs(p - first![c]!) < 1e-6, `${p} and ${first![c]}`))
  })
  const twin = {
    thumbnail: 'b'.repeat(64) as never,
    width: 32,
    height: 32,
    sizeBytes: 9,
    format: 'png' as const,
    group: null,
    fingerprint: '0123456789abcdef',
  }
  async function firstShard() {
    for await (const shard of world.store.embeddings.shards(project, 'builtin')) return shard
    throw new Error('no shard')
  }
  it('gives way while another encoder has seen no image, and is begun anew with its rows', async () => {
    await world.store.projects.setEncoder(project, 'resnet50')
    assert.equal(await now(), undefined)
    await world.store.projects.setEncoder(project, 'builtin')
    await agrees(await now())
  })
})

describe('ask, between versions', () => {
  it('chooses by a head that knows the last answer, and shows its guesses', async () => {
    const world = await openWorld()
    const project = 'birds'
    await world.act('create', { project, classes: [...kinds] })
    const birds = await addBirds(world, project)
    const ask = () => world.act('ask', { project, strategy: 'margin', budget: 5, control: 0 })
    const answerFirst = async () => {
      const { questions } = await ask()
      const [image] = questions.map((q) => q.image.id)
      await world.act('answer', { project, answers: [{ image: image!, label: birds.kindOf(image!) }] })
    }
    assert.equal((await ask()).knows, null)
    for (let i = 0; i < 30; i++) await answerFirst()
    const { questions, knows, strategy } = await ask()
    assert.equal(strategy, 'margin')
    assert.equal(knows, (await world.act('project', { project })).counts.bySplit.train.labelled)
    const margins = questions.map((q) => q.image.guess!.margin)
    assert.deepEqual(
      margins,
      margins.toSorted((a, b) => a - b),
    )
    await world.close()
  })
  it('says why the newest version chooses, where there are more labels than a live head learns', async () => {
    const world = await openWorld()
    const project = 'many'
    await world.act('create', { project, classes: [...kinds], testShare: 0, validationShare: 0 })
    const birds = await addBirds(world, project, { each: 2740 })
    const answer = (images: readonly number[]) =>
      world.act('answer', {
        project,
        answers: images.map((image) => ({ image, label: birds.kindOf(image) })),
      })
    await answer(birds.ids.filter((_, i) => i % 200 === 0))
    await world.act('train', { project })
    await answer(birds.ids.slice(0, 8200))
    const ask = (strategy: 'margin' | 'random') =>
      world.act('ask', { project, strategy, budget: 5, control: 0 })
    await ask('margin')
    const { says, knows } = await ask('margin')
    assert.equal(knows, null)
    assert.match(says, /by the newest version, .*: 82\d\d labels are more than the 8192 that it learns$/)
    assert.doesNotMatch((await ask('random')).says, /newest version/)
    await world.close()
  })
})

test('a live head gives way, and says why, where its embeddings take more room than it has', async () => {
  const world = await openWorld()
  /** What a second look says; the first only takes a seat. */
  const declined = async (name: string, spareBytes: number) => {
    await world.act('create', { project: name, classes: [...kinds] })
    const { ids } = await addBirds(world, name)
    const project = await world.store.projects.get(name)
    const limits = { labelsMax: 100, bytesMax: ids.length * 16 * 4 + spareBytes }
    await liveHeadOf(world, project, limits)
    return (await liveHeadOf(world, project, limits)).declines
  }
  assert.equal(await declined('fits', 0), undefined)
  assert.match(
    (await declined('is-too-large', -1))!,
    /GB of embeddings are more than the .* GB that it looks at$/,
  )
  await world.close()
})
