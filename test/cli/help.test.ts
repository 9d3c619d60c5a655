import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openBowerbird, type Bowerbird } from '../../src/index.ts'
import { configuration, steps } from '../../src/steps/index.ts'
import { runHere, tempFolder, drop } from './program.ts'

const folder = tempFolder()
let empty: Bowerbird
before(async () => (empty = await openBowerbird({ data: folder })))
after(async () => {
  await empty.close()
  drop(folder)
})
const kebab = (key: string): string => key.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`)

describe('the help', () => {
  it('names every step with its summary, the loop first and in its order', async () => {
    const { code, out } = await runHere(['--help'], empty.house)
    assert.equal(code, 0)
    const text = out.replace(/\s+/g, ' ')
    for (const step of steps) assert.ok(text.includes(`${step.name} ${step.summary}`), step.name)
    const loop = ['add', 'embed', 'ask', 'answer', 'train', 'evaluate', 'publish', 'predict', 'export']
    const places = loop.map((name) => out.search(new RegExp(`^  ${name} `, 'm')))
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    )
  })

  it('names every flag of the configuration', async () => {
    const { out } = await runHere(['--help'], empty.house)
    for (const key of Object.keys(configuration.shape)) assert.ok(out.includes(`--${kebab(key)} `), key)
  })

  it('comes when nothing is asked', async () => {
    const { code, out } = await runHere([], empty.house)
    assert.equal(code, 0)
    assert.match(out, /Usage: bowerbird <command>/)
  })

  for (const step of steps) {
    it(`of ${step.name} names each of its inputs`, async () => {
      const { code, out } = await runHere([step.name, '--help'], empty.house)
      assert.equal(code, 0)
      for (const key of Object.keys(step.input.shape)) {
        assert.match(out, new RegExp(`--(no-)?${kebab(key)}\\b|^  ${kebab(key)} |<${kebab(key)}`, 'm'))
      }
    })
  }
})
