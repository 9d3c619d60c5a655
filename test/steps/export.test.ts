import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readCsv, readJsonLines } from '../../src/formats/index.ts'
import { perform, steps } from '../../src/steps/index.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

describe('export', () => {
  let world: TestWorld
  const project = 'odd'
  // What a class or a file may be called, and what a folder may not.
  const rows = [
    { name: 'a/one.png', label: 'con' },
    { name: 'b/one.png', label: 'con' },
    { name: 'c/ONE.png', label: 'con' },
    { name: 'two, or "three".jpeg', label: 'a/b: c?' },
    { name: 'four', label: 'A_B_ C_' },
    { name: '../..', label: '..' },
    { name: 'five.png', label: null },
  ]
  before(async () => {
    world = await openWorld()
    await world.act('create', { project, testShare: 0, validationShare: 0 })
    const hashes = await world.store.blobs.putMany(rows.map(({ name }) => Buffer.from(`bytes of ${name}`)))
    const images = rows.map(({ name }, i) => ({
      hash: hashes[i]!,
      thumbnail: hashes[i]!,
      name,
      width: 1,
      height: 1,
      sizeBytes: 1,
      format: name.endsWith('.jpeg') ? ('jpeg' as const) : ('png' as const),
      group: i === 0 ? 'first' : null,
      fingerprint: createHash('md5').update(name).digest('hex').slice(0, 16),
    }))
    const { ids } = await world.store.images.add(project, images, world.now())
    const answers = rows.flatMap(({ label }, i) => (label ? [{ image: ids[i]! as number, label }] : []))
    await world.act('answer', { project, answers, createClasses: true })
  })
  after(() => world.close())

  const to = (name: string) => path.join(world.folder, name)
  const filesBelow = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .sort()

  it('gives folders and files names that every system takes, and none twice', async () => {
    const done = await world.act('export', { project, format: 'imagefolder', to: to('folders') })
    assert.deepEqual([done.images, done.verified, done.files], [6, 6, 7])
    const files = filesBelow(to('folders'))
    assert.deepEqual(files.map((f) => f.toLowerCase()).toSorted(), [
      '_con/one-2.png',
      '_con/one-3.png',
      '_con/one.png',
      'a_b_ c_-2/four.png',
      'a_b_ c_/two, or _three_.jpeg',
      'bowerbird.csv',
      'class/image-6.png',
    ])
  })
  it('writes CSV that reads back', async () => {
    const done = await world.act('export', { project, format: 'csv', to: to('labels.csv') })
    assert.deepEqual([done.images, done.verified, done.files], [6, 6, 1])
    const [head, ...lines] = readCsv(readFileSync(to('labels.csv'), 'utf8'))
    assert.deepEqual(head!.slice(0, 3), ['path', 'label', 'group'])
    assert.deepEqual(
      lines.map((line) => line.slice(0, 2)),
      rows.filter((row) => row.label).map((row) => [row.name, row.label]),
    )
  })
  it('writes JSON Lines that read back, with those that have no label when guesses are wanted', async () => {
    const what = 'labels and guesses'
    const done = await world.act('export', { project, format: 'jsonl', to: to('all.jsonl'), what })
    assert.deepEqual([done.images, done.verified], [7, 7])
    const last = readJsonLines(readFileSync(to('all.jsonl'), 'utf8')).at(-1) as Record<string, unknown>
    assert.deepEqual([last['path'], last['label'], last['guess']], ['five.png', null, null])
  })
  it('says which image a format has no place for', async () => {
    const what = 'labels and guesses'
    const done = world.act('export', { project, format: 'imagefolder', to: to('unknown'), what })
    await assert.rejects(done, {
      kind: 'not-ready',
      message: /cannot export five\.png: .* without a class, and it has neither label nor guess/,
    })
    const coco = await world.act('export', { project, format: 'coco', to: to('coco'), what })
    assert.deepEqual([coco.images, coco.verified], [7, 7])
  })
  it('refuses splits that part a group or look-alikes', async () => {
    for (const kin of [{ group: 'nest' }, { nearTo: 1 as never }]) {
      const page: typeof world.store.images.page = async (...of) => {
        const { images, next } = await world.store.images.page(...of)
        const apart = images.map((image, i) => ({
          ...image,
          ...(i < 2 ? kin : {}),
          split: i === 1 ? ('test' as const) : ('train' as const),
        }))
        return { images: apart, next }
      }
      const lying = { ...world, store: { ...world.store, images: { ...world.store.images, page } } }
      const step = steps.find((s) => s.name === 'export')!
      await assert.rejects(
        perform(step, { project, format: 'coco', to: to('leaky'), splits: true }, lying),
        /cannot export b\/one\.png: a group and look-alikes must lie in one split.*in test, its kin in train/,
      )
    }
  })
  it('overwrites nothing, but takes an empty folder', async () => {
    mkdirSync(to('empty'))
    await world.act('export', { project, format: 'imagefolder', to: to('empty') })
    assert.equal(filesBelow(to('empty')).length, 7)
    writeFileSync(to('mine.csv'), 'keep me')
    await assert.rejects(world.act('export', { project, format: 'csv', to: to('mine.csv') }), {
      kind: 'already-there',
      message: /nothing is overwritten, and it is a file/,
    })
    assert.equal(readFileSync(to('mine.csv'), 'utf8'), 'keep me')
  })
  it('says that a part of the path is a file', async () => {
    writeFileSync(to('file'), '')
    const below = path.join(to('file'), 'labels.csv')
    await assert.rejects(world.act('export', { project, format: 'csv', to: below }), {
      kind: 'bad-input',
      message: /cannot export to .*: a part of that path is a file/,
    })
  })
  it('leaves nothing behind when it fails', async () => {
    const before = readdirSync(world.folder).toSorted()
    const blob = (await world.store.images.page(project, { size: 1 })).images[0]!.hash
    const blobs = {
      ...world.store.blobs,
      get: async (hash: typeof blob) =>
        hash === blob ? Buffer.from('damaged') : world.store.blobs.get(hash),
    }
    const damaged = { ...world, store: { ...world.store, blobs } }
    const step = steps.find((s) => s.name === 'export')!
    await assert.rejects(
      perform(step, { project, format: 'imagefolder', to: to('never') }, damaged),
      /every image must read back as it was written, and 1 of 6 do not/,
    )
    assert.deepEqual(readdirSync(world.folder).toSorted(), before)
  })
  it('leaves nothing behind when it is cancelled or a file is gone', async () => {
    const before = readdirSync(world.folder).toSorted()
    const step = steps.find((s) => s.name === 'export')!
    for (const isCancelled of [true, false]) {
      const cancelled = new AbortController()
      let given = 0
      const get: typeof world.store.blobs.get = async (hash) => {
        if (++given === 3 && isCancelled) cancelled.abort()
        else if (given === 3) throw new Error('gone')
        return world.store.blobs.get(hash)
      }
      const blobs = { ...world.store.blobs, get }
      const broken = { ...world, signal: cancelled.signal, store: { ...world.store, blobs } }
      const done = perform(step, { project, format: 'coco', to: to('never') }, broken)
      await assert.rejects(done, isCancelled ? /abort/ : /gone/)
      assert.deepEqual(readdirSync(world.folder).toSorted(), before)
    }
  })
})
