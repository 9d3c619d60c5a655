import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addImages, openRig, png } from './rig.ts'

const rig = await openRig()
await rig.bower.create({ project: 'birds' })
const [first] = await addImages(rig, 'birds', 2)
const original = `/v1/images/${first}/original?project=birds`

test('a thumbnail and an original are what was stored, and what their first bytes say', async () => {
  const shown = await rig.ask(original)
  assert.equal(shown.status, 200)
  assert.equal(shown.headers['content-type'], 'image/png')
  assert.deepEqual(shown.bytes, Buffer.concat([png, Buffer.from([0])]))
  const small = await rig.ask(`/v1/images/${first}/thumbnail?project=birds`)
  assert.equal(small.headers['content-type'], 'image/jpeg')
})

test('a browser keeps them for good, and guesses nothing', async () => {
  const { headers } = await rig.ask(original)
  assert.match(String(headers['cache-control']), /max-age=31536000, immutable/)
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers.etag), /^"[0-9a-f]{64}"$/)
  const again = await rig.ask(original, { headers: { 'if-none-match': String(headers.etag) } })
  assert.equal(again.status, 304)
  assert.equal(again.bytes.length, 0)
})

test('an image of another project is not shown', async () => {
  await rig.bower.create({ project: 'cats' })
  const { status, json, headers } = await rig.ask(`/v1/images/${first}/original?project=cats`)
  assert.equal(status, 404)
  assert.equal(json.error.kind, 'not-found')
  assert.doesNotMatch(String(headers['cache-control']), /immutable/, 'a refusal is not kept')
})
