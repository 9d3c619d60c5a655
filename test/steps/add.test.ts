import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import sharp from 'sharp'
import { ZipFile } from 'yazl'
import type { Progress } from '../../src/base/index.ts'
import { type Images, openImages } from '../../src/images/index.ts'
import { add } from '../../src/steps/add.ts'
import { configuration, perform, type World } from '../../src/steps/index.ts'
import { openStore, type Store } from '../../src/store/index.ts'
import { bomb, gif, jpeg, png, svg, waves, webp } from '../fixtures/pictures.ts'

let images: Images
let store: Store
let folder: string
before(() => {
  images = openImages({ pixelsMax: 50_000_000, bytesMax: 5_000_000, children: 2 })
})
after(() => images.close())
async function open(): Promise<void> {
  store = await openStore(':memory:')
  const around = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-add-'))
  writeFileSync(path.join(around, 'outside.jpg'), await jpeg())
  folder = path.join(around, 'pictures')
  mkdirSync(folder)
}
async function close(): Promise<void> {
  await store.close()
  rmSync(path.dirname(folder), { recursive: true })
}

const at = (...names: string[]) => path.join(folder, ...names)
function keep(name: string, bytes: string | Uint8Array): void {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), bytes)
}
type Given = { readonly project?: string; readonly from?: string; readonly [more: string]: unknown }
async function added(given: Given = {}, world: Partial<World> = {}) {
  const whole: Omit<World, 'runtime'> = {
    store,
    images,
    configuration: configuration.parse({ imageBytesMax: 5_000_000 }),
    now: () => 1_000,
    signal: new AbortController().signal,
    progress: () => {},
    log: () => {},
    ...world,
  }
  return perform(add, { project: 'birds', from: folder, ...given }, whole as World)
}
type Outcome = Awaited<ReturnType<typeof added>>
const addsUp = (o: Outcome) => assert.equal(o.found, o.added + o.alreadyThere + o.skippedCount)
const allImages = async () => (await store.images.page('birds', { size: 1000 })).images
const labelsByName = async () => {
  const names = new Map((await store.classes.list('birds')).map(({ id, name }) => [id, name]))
  return Object.fromEntries((await allImages()).map(({ name, label }) => [name, label && names.get(label)]))
}

describe('a folder of everything that a folder can hold', () => {
  const whole = { 'good.jpg': jpeg, 'good.png': png, 'deep/er/good.webp': webp }
  const hostile: Record<string, readonly [make: () => unknown, reason: RegExp]> = {
    'cut.jpg': [
      async () => keep('cut.jpg', (await jpeg({ width: 500 })).subarray(0, 3000)),
      /it is cut short/,
    ],
    'cut.png': [
      async () => keep('cut.png', (await png({ width: 500 })).subarray(0, 3000)),
      /it is cut short/,
    ],
    'wrong.png': [
      async () => keep('wrong.png', await jpeg({ seed: 9 })),
      /ends in \.png, and it holds a JPEG/,
    ],
    bare: [async () => keep('bare', await jpeg({ seed: 8 })), /no extension, and it holds a JPEG/],
    'empty.jpg': [() => keep('empty.jpg', ''), /it is empty: 0 bytes/],
    'bomb.png': [async () => keep('bomb.png', await bomb()), /60,000,000 pixels.*at most 50,000,000/],
    'drawing.svg': [() => keep('drawing.svg', svg()), /it is an SVG drawing/],
    'drawing.jpg': [() => keep('drawing.jpg', svg()), /it is an SVG drawing/],
    'moving.gif': [() => keep('moving.gif', gif()), /it is a GIF/],
    'folder.jpg': [() => mkdirSync(at('folder.jpg')), /a folder with the name of an image/],
    'out.jpg': [
      () => symlinkSync(at('../outside.jpg'), at('out.jpg')),
      /a link that leads out of the folder/,
    ],
    'gone.jpg': [() => symlinkSync(at('nothing'), at('gone.jpg')), /a link that leads nowhere/],
    'notes.txt': [() => keep('notes.txt', 'saw a wren'), /it is text/],
    'noise.jpg': [() => keep('noise.jpg', Buffer.from([1, 2, 3, 0, 255])), /of no known kind/],
    'head.jpg': [() => keep('head.jpg', Buffer.from('ffd8ffe000', 'hex')), /JPEG|cut short/],
    'large.png': [() => keep('large.png', new Uint8Array(5_000_001)), /5,000,001 bytes.*at most 5,000,000/],
    'zipped.jpg': [() => keep('zipped.jpg', 'PK\x03\x04 and more'), /it is a zip archive/],
  }
  let first: Outcome
  let second: Outcome
  let faults: readonly string[]
  before(async () => {
    await open()
    for (const [i, [name, draw]] of Object.entries(whole).entries()) keep(name, await draw({ seed: i + 1 }))
    for (const [make] of Object.values(hostile)) await make()
    keep('once more.jpg', await jpeg({ seed: 1 }))
    first = await added()
    second = await added()
    faults = await store.check()
    await close()
  })

  for (const [name, [, reason]] of Object.entries(hostile)) {
    it(`${name} is skipped, with its name and the reason`, () => {
      assert.match(first.skipped.find((one) => one.name === name)!.reason, reason)
    })
  }
  it('the rest goes in, nothing else is skipped, and the counts add up', () => {
    addsUp(first)
    assert.deepEqual([first.added, first.alreadyThere], [3, 1])
    assert.deepEqual(first.skipped.map(({ name }) => name).sort(), Object.keys(hostile).sort())
  })
  it('added again adds nothing, and says the same of what it skips', () => {
    addsUp(second)
    assert.deepEqual([second.found, second.added, second.alreadyThere], [first.found, 0, 4])
    assert.deepEqual(second.skipped, first.skipped)
    assert.deepEqual(faults, [])
  })
})

describe('adding', () => {
  beforeEach(open)
  afterEach(close)
  it('records name, size, format and bytes, turned upright, with a thumbnail', async () => {
    const bytes = await waves({ width: 300, height: 200 }).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    keep('wren/1.jpg', bytes)
    await added()
    const [image] = await allImages()
    const { name, width, height, format, sizeBytes, addedAt } = image!
    assert.deepEqual(
      { name, width, height, format, sizeBytes, addedAt },
      { name: 'wren/1.jpg', width: 200, height: 300, format: 'jpeg', sizeBytes: bytes.length, addedAt: 1000 },
    )
    assert.deepEqual(Buffer.from(await store.blobs.get(image!.hash)), bytes)
    const thumbnail = await sharp(await store.blobs.get(image!.thumbnail)).metadata()
    assert.deepEqual([thumbnail.width, thumbnail.height], [171, 256])
  })
  it('marks near duplicates', async () => {
    const drawing = { width: 300, height: 200, seed: 3 }
    keep('1.png', await png(drawing))
    keep('2.jpg', await jpeg(drawing))
    keep('3.jpg', await jpeg({ ...drawing, seed: 4 }))
    assert.equal((await added()).nearDuplicates, 1)
    const [first, second, third] = await allImages()
    assert.deepEqual([second!.nearTo, third!.nearTo], [first!.id, null])
  })
  it('the same images in the same order get the same ids, however long each took', async () => {
    for (let i = 0; i < 30; i++) keep(`${i}.png`, await png({ seed: i, width: i % 3 ? 20 : 900 }))
    await added()
    const names = (await allImages()).map(({ name }) => name)
    assert.deepEqual(names, [...names].sort())
  })
  it('creates the project with the folder’s name as its title and the configuration’s encoder', async () => {
    keep('1.png', await png())
    await added({}, { configuration: configuration.parse({ encoder: 'builtin', seed: 7 }) })
    const { title, encoder, seed, isDemo } = await store.projects.get('birds')
    assert.deepEqual([title, encoder, seed, isDemo], [path.basename(folder), 'builtin', 7, false])
  })
  it('refuses an unknown project when told not to create it', async () => {
    await assert.rejects(added({ create: false }), { kind: 'not-found' })
  })
  it('from a place that cannot be read makes no project', async () => {
    await assert.rejects(
      added({ from: at('none') }),
      /cannot add from ".*none": there is no such file or folder/,
    )
    keep('bad.zip', 'no zip')
    await assert.rejects(added({ from: at('bad.zip') }), /cannot read "bad.zip" as a zip archive/)
    assert.equal(await store.projects.maybe('birds'), undefined)
  })
  it('tells how far it is, and ends with all of it done', async () => {
    for (let i = 0; i < 40; i++) keep(`${i}.png`, await png({ seed: i, width: 24 }))
    const told: Progress[] = []
    await added({}, { progress: (progress) => told.push(progress) })
    assert.ok(told.length >= 2)
    assert.deepEqual(told.at(-1), {
      done: 40,
      total: 40,
      sentence: 'looked at 40: 40 added, 0 there already, 0 skipped',
    })
  })
  it('cancelled leaves a consistent project, and goes on when it is added again', async () => {
    for (let i = 0; i < 120; i++) keep(`${i}.png`, await png({ seed: i, width: 24 }))
    const stop = new AbortController()
    const progress = ({ done }: Progress) => done >= 32 && stop.abort(new Error('cancelled'))
    await assert.rejects(added({}, { signal: stop.signal, progress }), /cancelled/)
    assert.deepEqual(await store.check(), [])
    const outcome = await added()
    addsUp(outcome)
    assert.equal((await store.projects.counts('birds')).images, 120)
  })
})

describe('labels', () => {
  beforeEach(open)
  afterEach(close)
  beforeEach(async () => {
    for (const [i, name] of ['wren/1.png', 'wren/2.png', 'crow/3.png', '4.png'].entries()) {
      keep(name, await png({ seed: i }))
    }
  })
  const expected = { 'wren/1.png': 'wren', 'wren/2.png': 'wren', 'crow/3.png': 'crow', '4.png': null }

  it('are not taken from folders unless asked', async () => {
    assert.equal((await added()).labelled, 0)
    assert.deepEqual(await store.classes.list('birds'), [])
  })
  it('are taken from folders when asked, as imports; once, also for images that were there', async () => {
    await added()
    assert.equal((await added({ labels: 'folders' })).labelled, 3)
    assert.equal((await added({ labels: 'folders' })).labelled, 0)
    assert.deepEqual(await labelsByName(), expected)
    const [entry] = await store.labels.ledger('birds', 0 as never, 10)
    assert.deepEqual([entry!.origin, entry!.by], ['import', 'import'])
  })
  it('given by a person are not overruled by a folder’s name', async () => {
    await added()
    const [first] = await allImages()
    const [crow] = await store.classes.ensure('birds', ['crow'])
    const answer = { origin: 'answer', by: 'me', at: 1, seconds: null } as const
    await store.labels.add('birds', [{ image: first!.id, class: crow!.id, ...answer }], 'a')
    assert.equal((await added({ labels: 'folders' })).labelled, 3 - (first!.name === '4.png' ? 0 : 1))
    assert.equal((await labelsByName())[first!.name], 'crow')
  })
  it('and groups come from a list; what it names in vain is reported', async () => {
    keep('list.csv', 'path,label,group\nwren/1.png,wren,a\ncrow/3.png,crow,b\nnone.png,owl,c\nwren,owl,\n')
    const outcome = await added({ from: at('list.csv'), labels: 'folders' })
    addsUp(outcome)
    assert.deepEqual([outcome.added, outcome.labelled], [2, 2])
    assert.deepEqual(outcome.skipped, [
      { name: 'none.png', reason: 'there is no such file' },
      { name: 'wren', reason: 'it is a folder, not an image file' },
    ])
    assert.deepEqual(
      (await allImages()).map(({ group }) => group),
      ['a', 'b'],
    )
  })
  it('come from the folders inside a zip', async () => {
    const zip = new ZipFile()
    zip.addBuffer(await png({ seed: 11 }), 'set/owl/1.png')
    zip.addBuffer(svg(), 'set/owl/2.png')
    zip.end()
    const chunks: Buffer[] = []
    for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
    keep('set.zip', Buffer.concat(chunks))
    const outcome = await added({ from: at('set.zip'), labels: 'folders' })
    assert.deepEqual([outcome.found, outcome.added, outcome.labelled, outcome.skippedCount], [2, 1, 1, 1])
    assert.deepEqual(await labelsByName(), { 'set/owl/1.png': 'owl' })
  })
})

describe('the demo', () => {
  beforeEach(open)
  afterEach(close)
  it('brings 2,000 images, 200 a class, unlabelled; the answers are hidden', async () => {
    const outcome = await added({ from: 'demo' })
    assert.deepEqual([outcome.found, outcome.added, outcome.labelled], [2000, 2000, 0])
    const truth = [...(await store.truth.all('birds')).values()]
    const classes = await store.classes.list('birds')
    assert.deepEqual(
      classes.map(({ id }) => truth.filter((one) => one === id).length),
      Array.from({ length: 10 }, () => 200),
    )
    assert.equal((await store.projects.get('birds')).isDemo, true)
    assert.equal((await store.projects.counts('birds')).labelled, 0)
    for (const { name } of await allImages()) assert.match(name, /^cifar10-\d{4}\.png$/)
  })
  it('does not mix with other images', async () => {
    keep('1.png', await png())
    await added()
    await assert.rejects(added({ from: 'demo' }), /cannot add the demo to "birds": it holds other images/)
  })
})
