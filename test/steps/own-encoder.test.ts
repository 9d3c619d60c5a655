import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { colours, writePair } from '../fixtures/pair.ts'
import { plain } from '../fixtures/pictures.ts'
import { openWorld, type TestWorld } from '../fixtures/world.ts'

const names = Object.keys(colours)
const each = 4

describe('a project with an encoder of one’s own, by its path', () => {
  let world: TestWorld
  const project = 'colours'
  const at = (name: string) => path.join(world.folder, name)
  const encoderOf = async () => (await world.act('project', { project })).encoder
  before(async () => {
    world = await openWorld()
    writePair(at('pair'))
    for (const [place, name] of names.entries()) {
      mkdirSync(at(`pictures/${name}`), { recursive: true })
      for (let i = 0; i < each; i++) {
        const rgb = [0, 1, 2].map((c) => (c === place ? 255 - 9 * i : 7 * i))
        writeFileSync(at(`pictures/${name}/${i}.png`), await plain({ width: 40 + i, height: 30, rgb }))
      }
    }
    await world.act('create', { project, encoder: at('pair'), classes: names, testShare: 0 })
    await world.act('add', { project, from: at('pictures') })
  })
  after(() => world.close())

  it('turns images into vectors with it, and keeps them under the print of its file', async () => {
    const { encoder, embedded, fellBack } = await world.act('embed', { project })
    assert.deepEqual([embedded, fellBack], [names.length * each, false])
    assert.match(encoder, /pair#[0-9a-f]{12}$/)
    assert.equal(await encoderOf(), encoder)
    assert.equal((await world.act('embed', { project })).embedded, 0)
  })
  it('finds classes by their names with its text side', async () => {
    const { images, says, classes } = await world.act('annotate', { project, apply: true })
    assert.equal(images, names.length * each)
    assert.match(says, /from 3 class names/)
    assert.deepEqual(
      classes.map((its) => its.images),
      names.map(() => each),
    )
  })
  it('trains a head on them, which predicts', async () => {
    await world.act('train', { project })
    await world.act('publish', { project })
    const { predictions } = await world.act('predict', { project, files: [at('pictures/green/1.png')] })
    assert.equal(predictions[0] && 'class' in predictions[0] && predictions[0].class, 'green')
  })
  it('refuses what is for files only, and says what does it', async () => {
    const refused = (more: object) => world.act('annotate', { project, ...more })
    await assert.rejects(refused({ encoder: at('other') }), /bowerbird embed colours --encoder .*other/)
    await assert.rejects(refused({ cluster: './clusters.npy' }), /cluster \.\/clusters\.npy is for --images/)
    await assert.rejects(refused({ examples: 'known.csv' }), /examples known\.csv is for --images/)
  })
  it('takes a model without a text side where there are labels', async () => {
    cpSync(at('pair'), at('sees'), { recursive: true })
    cpSync(at('sees/onnx/vision_model.onnx'), at('sees/only.onnx'))
    const { encoder } = await world.act('embed', { project, encoder: at('sees/only.onnx') })
    assert.match(encoder, /only\.onnx#/)
    const [first] = (await world.act('images', { project })).images
    await world.act('answer', { project, answers: [{ image: first!.id, label: 'red' }] })
    const { says } = await world.act('annotate', { project })
    assert.match(says, /from 1 labelled image/)
  })
  it('never mixes vectors of two models at one place', async () => {
    await world.act('embed', { project, encoder: at('pair') })
    const before = await encoderOf()
    const other = await openWorld({ store: world.store })
    try {
      // A field that the format does not know is passed over: the same network in another file.
      appendFileSync(at('pair/onnx/vision_model.onnx'), Buffer.from([0xfa, 0x3e, 0x00]))
      await assert.rejects(other.act('embed', { project }), /must be the one that images were embedded with/)
      const { encoder, embedded } = await other.act('embed', { project, encoder: at('pair') })
      assert.notEqual(encoder, before)
      assert.equal(embedded, names.length * each)
    } finally {
      await other.runtime.close()
      await other.images.close()
    }
  })
})
