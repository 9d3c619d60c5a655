// The loop with HTTP alone: pictures are uploaded, learnt from, and the version that came of it predicts.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { jpeg } from '../fixtures/pictures.ts'
import { openRig, type Answer } from './rig.ts'

const rig = await openRig()
const perClass = 6
const pictures = await Promise.all(
  Array.from({ length: 2 * perClass }, async (_, i) => {
    const name = `nest/${i < perClass ? 'wren' : 'crow'}/${i}.jpg`
    return { name, bytes: await jpeg({ seed: i + 1 }) }
  }),
)
const files = [...pictures, { name: 'nest/wren/broken.jpg', bytes: Buffer.from('no picture') }]
const done = (answer: Answer) => {
  assert.equal(answer.status, 200, answer.text)
  return answer.json.job?.output ?? answer.json
}
const wait = async (step: string, json: object = { project: 'nest' }) =>
  done(await rig.ask(`/v1/${step}?wait=1`, { json }))

function fileOf(bytes: Buffer) {
  const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
  return {
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--x--\r\n')]),
    headers: { 'content-type': 'multipart/form-data; boundary=x' },
  }
}

describe('the loop over HTTP', () => {
  let upload = ''
  it('takes pictures in parts, and adds them with the labels of their folders', async () => {
    const list = files.map(({ name, bytes }) => ({ name, size: bytes.length }))
    upload = (await rig.ask('/v1/uploads', { json: { project: 'nest', files: list } })).json.upload
    for (const [index, { bytes }] of files.entries()) {
      for (let offset = 0; offset < bytes.length; offset += 1000) {
        const part = bytes.subarray(offset, offset + 1000)
        const at = `/v1/uploads/${upload}/${index}?offset=${offset}`
        assert.equal((await rig.ask(at, { method: 'PUT', body: part })).status, 200)
      }
    }
    const { json } = await rig.ask(`/v1/uploads/${upload}/finish`, { json: { labels: 'folders' } })
    for await (const job of rig.bower.house.watch(json.job.id)) void job
    const { job } = (await rig.ask(`/v1/jobs/${json.job.id}`)).json
    assert.equal(job.state, 'done', JSON.stringify(job.error))
    const { found, added, labelled, skippedCount, skipped } = job.output
    assert.deepEqual([found, added, labelled, skippedCount], [13, 12, 12, 1])
    assert.match(skipped[0].name, /broken\.jpg$/)
    assert.doesNotMatch(
      JSON.stringify(skipped),
      /bowerbird-server-/,
      'where it was staged is nobody’s business',
    )
  })
  it('shows each picture, small and whole', async () => {
    const { images } = (await rig.ask('/v1/images?project=nest&label=wren')).json
    assert.equal(images.length, perClass)
    const small = await rig.ask(images[0].thumbnail)
    assert.equal(small.status, 200)
    assert.match(String(small.headers['content-type']), /^image\//)
    const original = await rig.ask(`/v1/images/${images[0].id}/original?project=nest`)
    assert.ok(pictures.some(({ bytes }) => bytes.equals(original.bytes)))
  })
  it('embeds, trains and publishes', async () => {
    assert.equal((await wait('embed')).embedded, 12)
    assert.equal((await wait('train')).version, 1)
    const published = await rig.ask('/v1/publish', { json: { project: 'nest' } })
    assert.equal(done(published).version, 1)
  })
  it('predicts a picture that is sent', async () => {
    const { status, json } = await rig.ask('/predict', fileOf(pictures[0]!.bytes))
    assert.equal(status, 200)
    assert.equal(json.predicted_class, 'wren')
    assert.ok(json.confidence > 0.5 && json.confidence <= 1)
    assert.deepEqual(Object.keys(json), ['predicted_class', 'confidence'])
  })
  for (const [what, bytes] of [
    ['text', Buffer.from('no picture')],
    ['half a picture', pictures[0]!.bytes.subarray(0, 700)],
    ['zeros', Buffer.alloc(5_000)],
  ] as const) {
    it(`refuses ${what} with 400 and a reason without our paths`, async () => {
      const { status, json } = await rig.ask('/predict', fileOf(bytes))
      assert.equal(status, 400)
      assert.equal(json.error.kind, 'not-an-image')
      assert.match(json.error.message, /^cannot predict: /)
      assert.doesNotMatch(json.error.message, /tmp|bowerbird-predict/)
    })
  }
  it('keeps nothing of what was staged', () => {
    assert.ok(!existsSync(path.join(rig.data, 'uploads', upload)))
  })
})
