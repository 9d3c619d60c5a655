import assert from 'node:assert/strict'
import {
  cpSync,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, it } from 'node:test'
import { ZipFile } from 'yazl'
import type { ClassId, ImageId } from '../../src/base/index.ts'
import { setFormatNames } from '../../src/formats/index.ts'
import { jpeg, png, webp } from '../fixtures/pictures.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

// Names that some format, system or separator would take amiss; the same name twice; a group.
const rows = [
  { file: 'a/one.png', label: 'wren', group: 'nest, 1' },
  { file: 'b/one.png', label: 'a/b, <c> "d"', group: null },
  { file: 'c/ONE.PNG', label: 'con', group: 'nest, 1' },
  { file: "it's 50% & more #1.jpg", label: 'house sparrow', group: null },
  { file: 'Zaunkönig 🪶 漢.webp', label: 'Zaunkönig', group: null },
  { file: 'test-1.png', label: 'wren', group: null },
  { file: 'train.png', label: 'train', group: null },
]

async function zipped(
  folder: string,
  to: string,
  { root, bare }: { readonly root: string; readonly bare: boolean },
): Promise<string> {
  const zip = new ZipFile()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (!entry.isFile() || (bare && entry.name === 'bowerbird.csv')) continue
    zip.addFile(file, root + path.relative(folder, file).replaceAll('\\', '/'))
  }
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(to))
  return to
}

describe('sets of images', () => {
  let world: TestWorld
  const at = (...names: string[]) => path.join(world.folder, ...names)
  before(async () => {
    world = await openWorld()
    mkdirSync(at('birds'))
    const draw = { png, jpg: jpeg, webp }
    for (const [i, { file }] of rows.entries()) {
      mkdirSync(path.dirname(at('birds', file)), { recursive: true })
      const kind = file.split('.').at(-1)!.toLowerCase() as keyof typeof draw
      writeFileSync(at('birds', file), await draw[kind]({ seed: i + 1, width: 40 + i }))
    }
    const list = rows.map(({ file, label, group }) => JSON.stringify({ path: file, label, group })).join('\n')
    writeFileSync(at('birds', 'list.jsonl'), list)
    await world.act('create', { project: 'birds', testShare: 0.3, validationShare: 0.3 })
    await world.act('add', { project: 'birds', from: at('birds', 'list.jsonl'), labels: 'folders' })
  })
  after(() => world.close())

  const kept = async (project: string) => {
    const { images } = await world.store.images.page(project, { size: 100 })
    const names = new Map((await world.store.classes.list(project)).map((c) => [c.id, c.name]))
    return new Map(
      images.map((image) => [image.hash, { ...image, label: image.label && names.get(image.label) }]),
    )
  }
  const essence = (images: Awaited<ReturnType<typeof kept>>) =>
    [...images.values()].map(({ hash, name, label, group }) => ({ hash, name, label, group })).sort(byHash)
  const byHash = (a: { hash: string }, b: { hash: string }) => (a.hash < b.hash ? -1 : 1)

  for (const [i, format] of setFormatNames.entries()) {
    for (const splits of [false, true]) {
      const name = `${format}${splits ? '-parted' : ''}`
      it(`${name}: exported and added again, every image has its name, label and group`, async () => {
        const done = await world.act('export', { project: 'birds', format, to: at(name), splits })
        assert.deepEqual([done.images, done.verified], [rows.length, rows.length])
        const again = await world.act('add', {
          project: `again-${i}-${splits}`,
          from: at(name),
          labels: 'folders',
        })
        assert.deepEqual([again.added, again.labelled, again.skipped], [rows.length, rows.length, []])
        assert.deepEqual(essence(await kept(`again-${i}-${splits}`)), essence(await kept('birds')))
      })
    }
    it(`${format}: without our sheet, its own files give the labels`, async () => {
      cpSync(at(format), at(`${format}-bare`), { recursive: true })
      rmSync(at(`${format}-bare`, 'bowerbird.csv'))
      const project = `bare-${i}`
      const again = await world.act('add', { project, from: at(`${format}-bare`), labels: 'folders' })
      assert.deepEqual([again.added, again.skipped], [rows.length, []])
      const [truth, found] = [await kept('birds'), await kept(project)]
      const isFolders = ['imagefolder', 'yolo'].includes(format)
      const safe = (label: string) => ({ 'a/b, <c> "d"': 'a_b, _c_ _d_', con: '_con' })[label] ?? label
      for (const [hash, { label }] of found) {
        const wanted = String(truth.get(hash)!.label)
        assert.equal(label, isFolders ? safe(wanted) : wanted)
      }
    })
  }

  it('come back from a zip too, in a folder or not', async () => {
    for (const [i, root] of ['', 'my set/'].entries()) {
      for (const bare of [false, true]) {
        const from = await zipped(at('coco-parted'), at(`set-${i}${bare}.zip`), { root, bare })
        const project = `zip-${i}-${bare}`
        const again = await world.act('add', { project, from, labels: 'folders' })
        assert.deepEqual([again.added, again.labelled, again.skipped], [rows.length, rows.length, []])
        const [truth, found] = [await kept('birds'), await kept(project)]
        for (const [hash, { label }] of found) assert.equal(label, truth.get(hash)!.label)
        if (!bare) assert.deepEqual(essence(found), essence(truth))
      }
    }
  })

  it('parts look like their split, and each image lies in the folder of its own', async () => {
    const truth = await kept('birds')
    const sheet = readFileSync(at('coco-parted', 'bowerbird.csv'), 'utf8')
    const part = { train: 'train', validation: 'val', test: 'test' }
    assert.equal(new Set([...truth.values()].map(({ split }) => split)).size > 1, true)
    for (const { hash, split } of truth.values()) {
      const line = sheet.split('\n').find((one) => one.includes(hash))!
      assert.match(line, new RegExp(`^"?images/${part[split]}/`))
    }
  })

  describe('with guesses', () => {
    before(async () => {
      const { images } = await world.store.images.page('birds', { size: 100 })
      const classes = await world.store.classes.list('birds')
      await world.act('answer', {
        project: 'birds',
        answers: [{ image: images[1]!.id, label: null, origin: 'reject' }],
      })
      const { version } = await world.store.models.add('birds', {
        key: 'one',
        kind: 'head',
        blob: images[0]!.hash,
        card: {
          encoder: 'builtin',
          classes,
          ledger: 0 as never,
          trainedOn: 0,
          seed: 1,
          settings: {},
          figures: { seconds: 1 },
          golden: [],
        },
        at: 1,
      })
      const guess = (image: ImageId) => ({ image, class: classes[0]!.id as ClassId, confidence: 0.75 })
      const all = images.slice(0, 3).map(({ id }) => ({ ...guess(id), runnerUp: null, margin: 0.5 }))
      await world.store.models.setPredictions(
        'birds',
        version,
        (async function* () {
          yield all
        })(),
      )
    })
    for (const [i, format] of setFormatNames.entries()) {
      it(`${format} tells guesses from labels, and they come back as no label`, async () => {
        const what = 'labels and guesses'
        const done = await world.act('export', {
          project: 'birds',
          format,
          to: at(`${format}-guessed`),
          what,
        })
        assert.deepEqual([done.images, done.verified], [rows.length, rows.length])
        const project = `guessed-${i}`
        const again = await world.act('add', { project, from: at(`${format}-guessed`), labels: 'folders' })
        assert.deepEqual([again.added, again.labelled], [rows.length, rows.length - 1])
      })
    }
  })
})
