import assert from 'node:assert/strict'
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Metadata } from '../../src/results/index.ts'
import type { InputOf } from '../../src/steps/index.ts'
import { colours, writePair } from '../fixtures/pair.ts'
import { plain } from '../fixtures/pictures.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

const names = Object.keys(colours)
const each = 8

describe('annotate, from a folder of pictures and a pair of ONNX files', () => {
  let world: TestWorld
  let stopAfter = Infinity
  const stopped = new AbortController()
  before(async () => {
    world = await openWorld({
      signal: stopped.signal,
      progress: ({ done, sentence }) => {
        if (sentence.startsWith('turned') && done >= stopAfter) stopped.abort(new Error('stopped'))
      },
    })
    writePair(at('pair'))
    mkdirSync(at('pictures/more'), { recursive: true })
    for (const [place, name] of names.entries())
      for (let i = 0; i < each; i++)
        writeFileSync(at(`pictures/${i % 2 ? 'more/' : ''}${name}-${i}.png`), await picture(place, i))
    writeFileSync(at('pictures/notes.txt'), 'not a picture')
    writeFileSync(at('pictures/broken.png'), 'not a picture either')
  })
  after(() => world.close())
  const at = (name: string) => path.join(world.folder, name)
  /** Of one colour, a little different each time. */
  const picture = (place: number, i: number) => {
    const rgb = [0, 1, 2].map((c) => (c === place ? 255 - 9 * i : 7 * i))
    return plain({ width: 40 + i, height: 30, rgb })
  }
  const given = (more: Partial<InputOf<'annotate'>> = {}): InputOf<'annotate'> => ({
    images: at('pictures'),
    encoder: at('pair'),
    classes: names,
    ...more,
  })
  const recordsOf = (name: string) =>
    (JSON.parse(readFileSync(at(`${name}/metadata.json`), 'utf8')) as Metadata).images

  it('labels each picture by its name alone, and says what could not be read', async () => {
    const done = await world.act('annotate', given({ output: at('results') }))
    assert.equal(done.images, 24)
    assert.equal(done.pictures, 24)
    assert.match(done.says, /^24 images were labelled from 3 class names$/)
    for (const { path: name, label } of recordsOf('results'))
      assert.ok(path.basename(name).startsWith(label), `${name}: ${label}`)
    assert.deepEqual(readdirSync(at('results/images')).sort(), names.toSorted())
    assert.equal(
      done.missing.reduce((sum, { pictures }) => sum + pictures, 0),
      2,
    )
    assert.ok(!readdirSync(world.folder).some((name) => name.startsWith('.')), 'nothing is left beside')
    assert.deepEqual(await world.store.projects.list(), [])
  })
  it('links instead of copying', async () => {
    await world.act('annotate', given({ output: at('linked'), files: 'symbolic link' }))
    const [first] = readdirSync(at('linked/images/red'))
    assert.ok(lstatSync(at(`linked/images/red/${first}`)).isSymbolicLink())
    assert.ok(readFileSync(at(`linked/images/red/${first}`)).length > 0)
  })
  it('takes the text side from elsewhere', async () => {
    mkdirSync(at('sees'))
    for (const file of ['onnx/vision_model.onnx', 'preprocessor_config.json'])
      copyFileSync(at(`pair/${file}`), at(`sees/${path.basename(file)}`))
    const input = given({ encoder: at('sees/vision_model.onnx') })
    const lack = /its text side is to be a file like text_model\.onnx/
    await assert.rejects(world.act('annotate', { ...input, textEncoder: at('sees') }), lack)
    const alone = await world.act('annotate', input)
    assert.match(alone.says, /clusters without names/)
    assert.match(alone.says, lack)
    const done = await world.act('annotate', { ...input, textEncoder: at('pair/onnx/text_model.onnx') })
    assert.match(done.says, /24 images were labelled from 3 class names/)
  })
  it('writes other programs’ sets beside, each read back, and plots as PNG', async () => {
    const exports = ['coco', 'imagefolder', 'csv'] as const
    const done = await world.act('annotate', given({ output: at('sets'), exports: [...exports], png: true }))
    assert.deepEqual(
      done.exports,
      exports.map((format) => ({ format, images: 24, verified: 24 })),
    )
    assert.deepEqual(readdirSync(at('sets/exports')), ['coco', 'imagefolder', 'labels.csv'])
    assert.equal(readdirSync(at('sets/plots')).filter((name) => name.endsWith('.png')).length, 5)
    const back = await openWorld()
    try {
      const { added, skippedCount } = await back.act('add', {
        project: 'back',
        from: at('sets/exports/coco'),
      })
      assert.deepEqual([added, skippedCount], [24, 0])
    } finally {
      await back.close()
    }
  })
  it('refuses to mix two spaces', () =>
    assert.rejects(
      world.act('annotate', given({ encoder: 'builtin', textEncoder: at('pair') })),
      /cannot compare names by .*pair with images by builtin: they were not taught together/,
    ))
  it('sorts by clusters, and says why, where an encoder has no text side', async () => {
    const { says } = await world.act('annotate', given({ encoder: 'builtin' }))
    assert.match(says, /by \d clusters without names; the encoder builtin has no text side; name one/)
  })
  it('refuses a folder without pictures', async () => {
    mkdirSync(at('empty'))
    await assert.rejects(world.act('annotate', given({ images: at('empty') })), /must hold a picture, and 0/)
  })
  it('goes on where it was interrupted', async () => {
    stopAfter = 16
    const input = given({ output: at('again') })
    await assert.rejects(world.act('annotate', input), /stopped/)
    assert.ok(!existsSync(at('again')))
    assert.ok(existsSync(at('.again-vectors')), 'what was done lies beside')
    const told: string[] = []
    const next = await openWorld({ progress: ({ sentence }) => void told.push(sentence) })
    try {
      const { pictures } = await next.act('annotate', input)
      assert.equal(pictures, 24)
    } finally {
      await next.close()
    }
    const turned = told.filter((sentence) => sentence.startsWith('turned'))
    assert.deepEqual(turned, ['turned 26 of 26 pictures into vectors'])
    assert.ok(!existsSync(at('.again-vectors')))
    for (const { path: name, label } of recordsOf('again')) assert.ok(path.basename(name).startsWith(label))
  })
})
