import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { configuration } from '../../src/steps/index.ts'
import { addBirds, hideTruth, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

describe('a strategy of one’s own', () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-own-'))
  let world: TestWorld
  before(async () => {
    world = await openWorld({
      configuration: configuration.parse({ encoder: 'builtin', cores: 2, strategyFolder: folder }),
    })
    await world.act('create', { project: 'birds', classes: [...kinds] })
    await hideTruth(world, 'birds', await addBirds(world, 'birds'))
  })
  after(async () => {
    await world.close()
    rmSync(folder, { recursive: true })
  })
  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text)
  const asked = (own: string) => world.act('ask', { project: 'birds', own, budget: 3, control: 0 })

  it('chooses what its file says, and each question names it', async () => {
    write(
      'last.ts',
      'export const choose = (pool: { ids: readonly number[] }) => [...pool.ids.keys()].slice(-3)\n',
    )
    const { questions, strategy, says } = await asked('last.ts')
    const { images } = await world.act('images', { project: 'birds' })
    const distinct = images.filter((one) => one.split === 'train' && one.nearTo === null)
    assert.deepEqual(
      questions.map((one) => one.image.id).sort((a, b) => a - b),
      distinct
        .map((one) => one.id)
        .sort((a, b) => a - b)
        .slice(-3),
    )
    assert.deepEqual([strategy, says], ['own', 'as last.ts chooses'])
    assert.ok(questions.every((one) => one.reason === 'chosen by last.ts'))
  })
  it('is read anew when its file has changed', async () => {
    write('turns.mjs', 'export const choose = () => [0, 1, 2]\n')
    const first = await asked('turns.mjs')
    await new Promise((resolve) => setTimeout(resolve, 20))
    write('turns.mjs', 'export const choose = async () => [3, 4, 5]\n')
    const second = await asked('turns.mjs')
    const images = new Set([...first.questions, ...second.questions].map((one) => one.image.id))
    assert.equal(images.size, 6)
  })
  it('may be the example: what is least like anything that has a label', async () => {
    copyFileSync(path.join(import.meta.dirname, '../../examples/unlike.ts'), path.join(folder, 'unlike.ts'))
    const { questions } = await asked('unlike.ts')
    const images = questions.map((one) => one.image.id)
    const answers = images.map((image) => ({ image, label: kinds[0]! }))
    await world.act('answer', { project: 'birds', answers })
    const { questions: next } = await asked('unlike.ts')
    assert.equal(new Set([...images, ...next.map((one) => one.image.id)]).size, 6)
  })
  it('plays in simulations beside the others', async () => {
    write('first.js', 'export const choose = (pool, budget) => [...Array(budget).keys()]\n')
    const given = { project: 'birds', strategies: ['typical' as const], own: 'first.js', seeds: 1, rounds: 2 }
    const { strategies } = await world.act('simulate', given)
    assert.deepEqual(strategies.map((one) => one.strategy).sort(), ['own', 'random', 'typical'])
  })

  const faults: readonly (readonly [string, string, RegExp])[] = [
    [
      'a file that throws',
      'export const choose = () => { throw new Error("no idea") }',
      /fault0.js: no idea/,
    ],
    ['places that there are not', 'export const choose = () => [1e6]', /places count from 0 to \d+.*1000000/],
    ['a place given twice', 'export const choose = () => [4, 4]', /4 was given twice/],
    ['what is no list', 'export const choose = () => 7', /a list of places, and gave number/],
    ['a file without the function', 'export const chose = 1', /must export a function choose/],
    ['needs that there are not', 'export const choose = 1, needs = ["wings"]', /function choose|wings/],
    ['what is no program', 'export const = 1', /cannot be run/],
  ]
  for (const [i, [what, text, sentence]] of faults.entries()) {
    it(`refuses ${what} in a sentence`, async () => {
      write(`fault${i}.js`, text)
      await assert.rejects(asked(`fault${i}.js`), sentence)
    })
  }
  it('refuses a file that is not there', () => assert.rejects(asked('absent.js'), /absent.js cannot be run/))
  for (const name of ['../mine.ts', '/etc/mine.ts', 'a/b.js', '..js', 'data:text/x.js', 'mine.json']) {
    it(`refuses the name ${name}: no caller may leave the folder`, () =>
      assert.rejects(asked(name), /must be the name of a .ts or .js file/))
  }
  it('runs none where the configuration names no folder', async () => {
    const plain = await openWorld()
    await plain.act('create', { project: 'birds', classes: [...kinds] })
    await addBirds(plain, 'birds')
    await assert.rejects(
      plain.act('ask', { project: 'birds', own: 'last.ts' }),
      /the setting strategyFolder must name the folder it lies in, and it names none/,
    )
    await plain.close()
  })
})
