import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import os from 'node:os'
import { describe, it, test } from 'node:test'
import { serve } from '../../src/server/index.ts'
import { ask, openRig, png, temporaryFolder, type How } from './rig.ts'

// Other tests predict at the same time: what this one leaves behind is looked for in a place of its own.
process.env['TMPDIR'] = process.env['TEMP'] = temporaryFolder()
const rig = await openRig()

type Part = { readonly name: string; readonly filename?: string; readonly body: string | Uint8Array }
function form(...parts: readonly Part[]): How {
  const boundary = 'cut-here'
  const bytes = parts.flatMap(({ name, filename, body }) => {
    const called = filename === undefined ? '' : `; filename="${filename}"`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${called}\r\n\r\n`
    return [Buffer.from(head), Buffer.from(body), Buffer.from('\r\n')]
  })
  return {
    body: Buffer.concat([...bytes, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  }
}
const picture = (body: string | Uint8Array): How => form({ name: 'file', filename: 'x.png', body })
const whole = picture(png).body as Buffer

const rows: readonly (readonly [what: string, how: How, says: RegExp])[] = [
  ['nothing', { method: 'POST' }, /field "file".*content type is missing/],
  ['JSON', { json: { file: 'x' } }, /multipart\/form-data.*application\/json/],
  [
    'a bare picture',
    { body: png, headers: { 'content-type': 'image/png' } },
    /multipart\/form-data.*image\/png/,
  ],
  [
    'a web form',
    { body: 'file=x', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    /multipart/,
  ],
  ['no field', form(), /no field came|cannot read/],
  ['another field', form({ name: 'image', filename: 'x.png', body: png }), /only image came/],
  ['the field as text', form({ name: 'file', body: 'x' }), /as text, not as a file/],
  ['an empty file', picture(''), /empty/],
  ['a file that is too large', picture(Buffer.alloc(200_001)), /at most 200000 bytes/],
  ['no boundary', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }, /./],
  ['a form cut in the middle', { ...picture(png), body: whole.subarray(0, 120) }, /./],
]

describe('POST /predict: whatever is no picture in the field "file" is 400, with the reason', () => {
  for (const [what, how, says] of rows) {
    it(what, async () => {
      const answer = await rig.ask('/predict', { method: 'POST', ...how })
      assert.equal(answer.status, 400, answer.text)
      assert.match(answer.json.error.message, says)
      assert.equal(typeof answer.json.error.kind, 'string')
    })
  }
  it('leaves no file behind', () => {
    const left = readdirSync(os.tmpdir()).filter((name) => name.startsWith('bowerbird-predict-'))
    assert.deepEqual(left, [])
  })
})

test('a house that has published nothing says so', async () => {
  const answer = await rig.ask('/predict', picture(png))
  assert.equal(answer.status, 400, answer.text)
  assert.match(answer.json.error.message, /publish/)
})

test('the answer is the class and how sure it is', async () => {
  const given: unknown[] = []
  const perform = async (step: string, input: unknown): Promise<unknown> => {
    given.push([step, input])
    const all = [{ class: 'wren', confidence: 0.9 }]
    return { project: 'birds', version: 1, predictions: [{ name: 'x', class: 'wren', confidence: 0.9, all }] }
  }
  const server = await serve({ ...rig.bower.house, perform }, { host: '127.0.0.1', port: 0, token: '' })
  const answer = await ask(`${server.url}/predict?project=birds`, picture(png))
  const whole = await ask(`${server.url}/predict?all=true`, picture(png))
  await server.close()
  assert.deepEqual(whole.json.all, [{ class: 'wren', confidence: 0.9 }])
  assert.deepEqual(answer.json, { predicted_class: 'wren', confidence: 0.9 })
  assert.equal(answer.status, 200)
  assert.equal((given[0] as [string, { project: string }])[1].project, 'birds')
})
