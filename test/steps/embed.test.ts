import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { Failure } from '../../src/base/index.ts'
import { embed } from '../../src/steps/embed.ts'
import { perform } from '../../src/steps/index.ts'
import { png } from '../fixtures/pictures.ts'
import { npmWithoutNetwork } from '../fixtures/npm.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

const project = 'waves'
let world: TestWorld
const controls = { stop: new AbortController(), told: [] as string[], isTold: () => {} }

beforeEach(async () => {
  controls.stop = new AbortController()
  controls.told = []
  controls.isTold = () => {}
  world = await openWorld({
    signal: controls.stop.signal,
    progress: ({ sentence }) => {
      controls.told.push(sentence)
      controls.isTold()
    },
  })
  await world.act('create', { project, encoder: 'builtin' })
})
afterEach(() => world.close())

async function addPictures(count: number, from = 0): Promise<void> {
  const folder = path.join(world.folder, `pictures-${from}`)
  mkdirSync(folder)
  for (let i = from; i < from + count; i++) {
    writeFileSync(path.join(folder, `${i}.png`), await png({ width: 40, height: 30, seed: i + 1 }))
  }
  await world.act('add', { project, from: folder })
}

async function embeddedIds(): Promise<number[]> {
  const ids: number[] = []
  for await (const shard of world.store.embeddings.shards(project, 'builtin')) ids.push(...shard.ids)
  return ids.sort((a, b) => a - b)
}

/** A picture that was lost: its row is there, its bytes are not. */
async function addLost(): Promise<void> {
  const hash = await world.store.blobs.put(Buffer.from('no picture'))
  const image = { hash, thumbnail: hash, name: 'lost.png', width: 9, height: 9, sizeBytes: 10, group: null }
  const lost = { ...image, format: 'png' as const, fingerprint: '0123456789abcdef' }
  await world.store.images.add(project, [lost], world.now())
}

describe('embed', () => {
  it('turns every image into a row of length one', async () => {
    await addPictures(5)
    const done = await world.act('embed', { project })
    assert.deepEqual(done, { encoder: 'builtin', embedded: 5, alreadyThere: 0, failed: 0, fellBack: false })
    for await (const { rows } of world.store.embeddings.shards(project, 'builtin')) {
      assert.ok(Math.abs(Math.hypot(...rows.data.subarray(0, rows.columns)) - 1) < 1e-2)
    }
  })
  it('does only what is missing when it is run again', async () => {
    await addPictures(3)
    await world.act('embed', { project })
    await addPictures(2, 10)
    assert.deepEqual(await world.act('embed', { project }), {
      encoder: 'builtin',
      embedded: 2,
      alreadyThere: 3,
      failed: 0,
      fellBack: false,
    })
  })
  it('says how many of how many, how fast, and how long it will take', async () => {
    await addPictures(4)
    await world.act('embed', { project })
    assert.ok(controls.told.includes('Embedded 0 of 4 images'))
    assert.match(controls.told.at(-1)!, /^Embedded 4 of 4 images, [\d.]+ a second, 0 s left$/)
  })
  it('keeps what it has when it is cancelled, and goes on from there', async () => {
    // Two cores take 128 at a time: twelve are left for a second batch.
    await addPictures(140)
    controls.isTold = () => controls.stop.abort(new Failure('cancelled', 'cancelled by hand'))
    await assert.rejects(world.act('embed', { project }), /cancelled by hand/)
    const again = await perform(embed, { project }, { ...world, signal: new AbortController().signal })
    assert.deepEqual([again.alreadyThere, again.embedded], [128, 12])
    assert.equal(new Set(await embeddedIds()).size, 140)
  })
  it('reports an image that cannot be decoded any more, and embeds the others', async () => {
    await addPictures(2)
    await addLost()
    await addPictures(2, 10)
    const { embedded, failed } = await world.act('embed', { project })
    assert.deepEqual([embedded, failed], [4, 1])
    assert.equal((await embeddedIds()).length, 4)
  })
  it('has nothing to do in an empty project', async () => {
    assert.equal((await world.act('embed', { project })).embedded, 0)
  })
})

describe('embed without a network', () => {
  const before = process.env['npm_execpath']
  beforeEach(() => (process.env['npm_execpath'] = npmWithoutNetwork(world.folder)))
  afterEach(() => {
    if (before === undefined) delete process.env['npm_execpath']
    else process.env['npm_execpath'] = before
  })

  it('goes on with the builtin encoder, says so, and remembers which one was wanted', async () => {
    await addPictures(2)
    const done = await world.act('embed', { project, encoder: 'resnet50' })
    assert.deepEqual([done.encoder, done.fellBack, done.embedded], ['builtin', true, 2])
    assert.ok(
      controls.told.some((it) => /npm gave up with ENOTFOUND.*going on with the encoder builtin/.test(it)),
    )
  })
  it('makes the one that stood in the project’s own', async () => {
    await world.act('create', { project: 'wishes', encoder: 'resnet50' })
    await world.act('embed', { project: 'wishes' })
    const { encoder, encoderWanted } = await world.act('project', { project: 'wishes' })
    assert.deepEqual([encoder, encoderWanted], ['builtin', 'resnet50'])
  })
})
