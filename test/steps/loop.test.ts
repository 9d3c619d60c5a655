// The whole loop over real files: folder → vectors → questions → answers → version → prediction → export.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import sharp from 'sharp'
import { randomFrom } from '../../src/math/index.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

const colours = { ruby: [200, 40, 40], leaf: [40, 180, 60], sky: [50, 90, 220] } as const
type Colour = keyof typeof colours
const eachColour = 16

/** A coloured ground with noise: easy to tell apart, no two alike. */
function picture(colour: Colour, seed: number): Promise<Buffer> {
  const random = randomFrom(seed)
  const [tilt, wave] = [random.next() * 60, 2 + random.next() * 9]
  const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 32, Math.floor(i / 96)]
    const shade = tilt * Math.sin((x + seed) / wave) * Math.cos((y * seed) / 40) + 20 * random.normal()
    return Math.min(255, Math.max(0, colours[colour][i % 3]! + shade))
  })
  return sharp(data, { raw: { width: 32, height: 32, channels: 3 } })
    .png()
    .toBuffer()
}

describe('the loop', () => {
  let world: TestWorld
  let folder: string
  const colourOf = (name: string) => name.split('-')[0] as Colour
  const project = 'colours'

  before(async () => {
    world = await openWorld()
    folder = path.join(world.folder, 'pictures')
    await mkdir(folder)
    for (const [k, colour] of Object.keys(colours).entries()) {
      for (let i = 0; i < eachColour; i++) {
        const bytes = await picture(colour as Colour, 1 + k * 100 + i)
        await writeFile(path.join(folder, `${colour}-${i}.png`), bytes)
      }
    }
  })
  after(() => world.close())

  const answerWell = async (budget: number) => {
    const { questions } = await world.act('ask', { project, budget })
    const answers = questions.map(({ image }) => ({ image: image.id, label: colourOf(image.name) }))
    return world.act('answer', { project, answers })
  }

  it('takes a folder in', async () => {
    await world.act('create', { project, classes: Object.keys(colours) })
    const added = await world.act('add', { project, from: folder })
    assert.equal(added.added, 3 * eachColour)
  })
  it('asks by chance while nothing is embedded, and says so', async () => {
    const asked = await world.act('ask', { project, budget: 3 })
    assert.equal(asked.strategy, 'random')
    assert.match(asked.says, /chance/)
  })
  it('turns images into vectors', async () => {
    const { embedded } = await world.act('embed', { project })
    assert.equal(embedded, 3 * eachColour)
  })
  it('asks about images that stand for many first', async () => {
    const asked = await world.act('ask', { project, budget: 6 })
    assert.equal(asked.strategy, 'maxherding')
    assert.ok(asked.questions.some(({ reason }) => /stands for \d+ similar images/.test(reason)))
    assert.deepEqual(await answerWell(6), { position: 6, labelled: 6 })
  })
  it('trains a version that guesses every image', async () => {
    const version = await world.act('train', { project })
    assert.equal(version.version, 1)
    assert.equal(version.trainedOn, 6)
    const { images } = await world.act('images', { project })
    assert.ok(images.every((image) => image.guess))
  })
  it('asks the closest calls when told to', async () => {
    await answerWell(6)
    await world.act('train', { project })
    const asked = await world.act('ask', { project, budget: 2, strategy: 'margin', control: 0 })
    assert.equal(asked.strategy, 'margin')
    assert.match(asked.questions[0]!.reason, /torn between \w+ \(\d+%\) and \w+ \(\d+%\)/)
  })
  it('measures itself in folds, having no gold labels', async () => {
    await answerWell(9)
    const { figures } = await world.act('train', { project })
    assert.equal(figures.accuracy!.on, 'cross-validation')
    assert.equal(figures.accuracy!.count, 21)
    const report = await world.act('evaluate', { project })
    assert.equal(report.on, 'cross-validation')
    assert.equal(report.accuracy.value, figures.accuracy!.value)
  })
  it('predicts only what is published, with files that are no images answered in their place', async () => {
    const files = [path.join(folder, 'ruby-3.png'), path.join(world.folder, 'nothing.png')]
    await assert.rejects(world.act('predict', { files }), /no project has published/)
    await world.act('publish', { project })
    const { version, predictions } = await world.act('predict', { files })
    assert.equal(version, 3)
    const [good, bad] = predictions
    assert.ok('class' in good! && good.class === 'ruby' && good.confidence > 1 / 3, JSON.stringify(good))
    assert.equal(good.all.length, 3)
    assert.ok('error' in bad! && bad.error.includes('no such file'))
  })
  it('is right about most of the others', async () => {
    const files = readdirSync(folder).map((name) => path.join(folder, name))
    const { predictions } = await world.act('predict', { project, files })
    const right = predictions.filter((p) => 'class' in p && path.basename(p.name).startsWith(p.class))
    assert.ok(right.length >= 0.8 * files.length, `${right.length} of ${files.length} are right`)
  })
  it('exports the files, byte for byte, by class', async () => {
    const to = path.join(world.folder, 'out')
    const done = await world.act('export', { project, format: 'imagefolder', to })
    assert.deepEqual([done.to, done.images, done.verified], [to, 21, 21])
    const [ruby] = readdirSync(path.join(to, 'ruby'))
    const original = await readFile(path.join(folder, ruby!))
    assert.deepEqual(await readFile(path.join(to, 'ruby', ruby!)), original)
    await assert.rejects(
      world.act('export', { project, format: 'imagefolder', to }),
      /nothing is overwritten, and it holds \d+ entries/,
    )
  })
  it('takes the last answers back', async () => {
    const { images } = await world.act('undo', { project })
    assert.equal(images.length, 9)
    assert.ok(images.every((image) => image.label === null))
    assert.equal((await world.act('project', { project })).counts.labelled, 12)
  })
  it('goes back to the version before', async () => {
    await world.act('publish', { project, version: 1 })
    assert.deepEqual(await world.act('rollback', { project }), { version: 3, previous: 1 })
    await assert.rejects(world.act('rollback', { project }), /published before, and there are 1 published/)
    assert.equal((await world.act('predict', { files: [folder] })).version, 3)
  })
  it('keeps everything whole', async () => assert.deepEqual(await world.act('check', {}), { faults: [] }))
})
