import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { configuration, perform, resolveConfiguration, steps, type World } from '../../src/steps/index.ts'

describe('the configuration', () => {
  it('is flags over environment over file over defaults, and says which', () => {
    const { values, origins } = resolveConfiguration(
      { port: 1 },
      { BOWERBIRD_PORT: '2', BOWERBIRD_HOST: 'here', BOWERBIRD_IMAGE_PIXELS_MAX: '5' },
      '{"port": 3, "host": "there", "data": "elsewhere"}',
    )
    assert.deepEqual(
      [values.port, values.host, values.data, values.imagePixelsMax, values.seed],
      [1, 'here', 'elsewhere', 5, 1],
    )
    assert.deepEqual(
      [origins['port'], origins['host'], origins['data'], origins['imagePixelsMax'], origins['seed']],
      ['flag', 'environment', 'file', 'environment', 'default'],
    )
  })
  it('passes over flags that were not given and variables that are empty', () => {
    const { values } = resolveConfiguration({ port: undefined }, { BOWERBIRD_PORT: '' })
    assert.equal(values.port, 4173)
  })
  it('names file, key and the keys there are, when one is unknown', () =>
    assert.throws(() => resolveConfiguration({}, {}, '{"prot": 1}'), {
      kind: 'bad-input',
      message: /bowerbird\.config\.json has the unknown key prot: its keys are data, cache, host, port/,
    }))
  it('says that a file is no JSON, or no object', () => {
    assert.throws(() => resolveConfiguration({}, {}, '{'), /cannot read bowerbird\.config\.json/)
    assert.throws(() => resolveConfiguration({}, {}, '[]'), /must be one object/)
  })
  it('says where a wrong value came from', () => {
    assert.throws(
      () => resolveConfiguration({}, { BOWERBIRD_PORT: 'many' }),
      /BOWERBIRD_PORT \(from the environment\).*"many" was given/,
    )
    assert.throws(
      () => resolveConfiguration({}, {}, '{"port": 70000}'),
      /port \(from the bowerbird\.config\.json\).*70000 was given/,
    )
  })
  it('never shows the secret', async () => {
    const { values } = resolveConfiguration({}, { BOWERBIRD_TOKEN: 'hunter2' })
    const step = steps.find((s) => s.name === 'config')!
    const world = { configuration: values } as World
    const { values: shown } = (await perform(step, {}, world)) as {
      values: { name: string; value: unknown; from: string }[]
    }
    assert.deepEqual(
      shown.map((row) => row.name),
      Object.keys(configuration.shape),
    )
    const token = shown.find((row) => row.name === 'token')!
    assert.deepEqual([token.value, token.from], ['(set)', 'environment'])
  })
})
