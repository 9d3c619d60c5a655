import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import type { JobId } from '../../src/base/index.ts'
import { serve } from '../../src/server/index.ts'
import { ask, openRig, png, until, type Rig } from './rig.ts'

const rig = await openRig()
const folder = path.join(rig.data, 'uploads')
type Wanted = { readonly name: string; readonly size: number }
const begin = (project: string, files: readonly Wanted[], of: Pick<Rig, 'ask'> = rig) =>
  of.ask('/v1/uploads', { json: { project, files } })
const put = (upload: string, part: string, body: string | Uint8Array) =>
  rig.ask(`/v1/uploads/${upload}/${part}`, {
    method: 'PUT',
    body,
    headers: { 'content-type': 'application/octet-stream' },
  })
const finish = (upload: string, labels = 'none') =>
  rig.ask(`/v1/uploads/${upload}/finish`, { json: { labels } })

describe('an upload', () => {
  it('goes in part by part, and says how much is there', async () => {
    const { status, json } = await begin('birds', [
      { name: 'a/wren.jpg', size: 10 },
      { name: 'b.jpg', size: 4 },
    ])
    assert.equal(status, 200)
    assert.deepEqual(json.have, [0, 0])
    assert.deepEqual((await put(json.upload, '0?offset=0', 'ABCDEF')).json, { have: 6 })
    assert.deepEqual((await put(json.upload, '0?offset=6', 'GHIJ')).json, { have: 10 })
    assert.equal(readFileSync(path.join(folder, json.upload, 'files/a/wren.jpg'), 'utf8'), 'ABCDEFGHIJ')
  })
  it('begun again with the same files goes on where it was cut off', async () => {
    const files = [{ name: 'cut.jpg', size: 10 }]
    const first = await begin('birds', files)
    await put(first.json.upload, '0?offset=0', 'ABCDE')
    const again = await begin('birds', files)
    assert.deepEqual(again.json, { upload: first.json.upload, have: [5] })
  })
  it('outlives the server', async () => {
    const files = [{ name: 'kept.jpg', size: 3 }]
    const { json } = await begin('birds', files)
    await put(json.upload, '0?offset=0', 'AB')
    const server = await serve(rig.bower.house, { host: '127.0.0.1', port: 0, token: '' })
    const there = await ask(`${server.url}/v1/uploads/${json.upload}`)
    await server.close()
    assert.deepEqual(there.json.have, [2])
  })
  it('refuses bytes that do not follow, and says which do', async () => {
    const { json } = await begin('birds', [{ name: 'gap.jpg', size: 10 }])
    await put(json.upload, '0?offset=0', 'ABC')
    for (const offset of [0, 2, 4]) {
      const answer = await put(json.upload, `0?offset=${offset}`, 'X')
      assert.equal(answer.status, 409)
      assert.equal(answer.json.offset, 3)
      assert.match(answer.json.error.message, /gap\.jpg.*offset 3/)
    }
  })
  it('lets only one of two that send the same bytes at once through', async () => {
    const { json } = await begin('birds', [{ name: 'twice.jpg', size: 10 }])
    const both = await Promise.all([1, 2].map(() => put(json.upload, '0?offset=0', 'ABCDE')))
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
    assert.deepEqual((await begin('birds', [{ name: 'twice.jpg', size: 10 }])).json.have, [5])
  })
  it('keeps names inside its folder', async () => {
    const names = ['../../out.jpg', '/abs.jpg', 'nul', 'A.jpg', 'a.jpg']
    const { json } = await begin(
      'birds',
      names.map((name) => ({ name, size: 1 })),
    )
    for (const index of names.keys()) await put(json.upload, `${index}?offset=0`, 'x')
    const staged = readdirSync(path.join(folder, json.upload, 'files')).sort()
    assert.deepEqual(staged, ['A.jpg', '_nul', 'abs.jpg', 'a~2.jpg', 'out.jpg'])
    assert.deepEqual(
      readdirSync(rig.data).filter((name) => name.endsWith('.jpg')),
      [],
    )
  })
  it('given up is gone', async () => {
    const { json } = await begin('birds', [{ name: 'gone.jpg', size: 1 }])
    assert.equal((await rig.ask(`/v1/uploads/${json.upload}`, { method: 'DELETE' })).status, 200)
    assert.ok(!existsSync(path.join(folder, json.upload)))
    assert.equal((await put(json.upload, '0?offset=0', 'x')).status, 404)
  })
})

describe('what an upload refuses', () => {
  const one = [{ name: 'x.jpg', size: 5 }]
  type Row = readonly [
    what: string,
    act: () => Promise<{ status: number; json: { error: { message: string } } }>,
    status: number,
    says: RegExp,
  ]
  const upload = async (): Promise<string> => (await begin('birds', one)).json.upload
  const rows: readonly Row[] = [
    ['no files', () => begin('birds', []), 400, /files/],
    ['a size below 0', () => begin('birds', [{ name: 'x', size: -1 }]), 400, /files\.0\.size/],
    ['a project that cannot be', () => begin('No Such Name!', one), 400, /project/],
    ['an upload nobody began', () => put('0'.repeat(32), '0?offset=0', 'x'), 404, /there is no upload/],
    ['a path for an upload', () => put('..%2F..%2Fetc', '0?offset=0', 'x'), 404, /there is no upload/],
    ['a file that is not listed', async () => put(await upload(), '7?offset=0', 'x'), 404, /has 1 files/],
    ['an index that is none', async () => put(await upload(), 'x?offset=0', 'x'), 400, /index.*"x"/],
    ['no offset', async () => put(await upload(), '0', 'x'), 400, /offset/],
    ['an offset below 0', async () => put(await upload(), '0?offset=-1', 'x'), 400, /offset.*"-1"/],
    ['more than was announced', async () => put(await upload(), '0?offset=0', '123456'), 400, /5 bytes.*6/],
    [
      'a part of more than 8 MB',
      async () => put(await upload(), '0?offset=0', Buffer.alloc(8_388_609)),
      413,
      /8388608/,
    ],
    ['an end before all is there', async () => finish(await upload()), 409, /1 files.*1 are not.*x\.jpg/],
  ]
  for (const [what, act, status, says] of rows) {
    it(`${what}: ${status}`, async () => {
      const answer = await act()
      assert.equal(answer.status, status)
      assert.match(answer.json.error.message, says)
    })
  }
})

test('finished, it becomes a job that adds from the staged folder, once', async () => {
  const files = [
    { name: 'wren/1.png', size: png.length },
    { name: 'crow/empty.png', size: 0 },
  ]
  const { json } = await begin('nest', files)
  await put(json.upload, '0?offset=0', png)
  const { status, json: told } = await finish(json.upload, 'folders')
  assert.equal(status, 202)
  assert.equal(told.job.step, 'add')
  assert.equal(told.job.input.project, 'nest')
  assert.equal(told.job.input.labels, 'folders')
  const again = await finish(json.upload, 'folders')
  assert.ok(again.status === 404 || again.json.job.id === told.job.id, 'a second end starts nothing new')
  await rig.ask(`/v1/jobs/${told.job.id}/cancel`, { method: 'POST' })
  await until('the staged folder is removed', () => !existsSync(path.join(folder, json.upload)), 15_000)
})

test('what nobody touched for a day is removed at the next start; the rest stays', async () => {
  const old = (await begin('birds', [{ name: 'old.jpg', size: 9 }])).json.upload
  const fresh = (await begin('birds', [{ name: 'fresh.jpg', size: 9 }])).json.upload
  await put(fresh, '0?offset=0', 'abc')
  const from = path.join(folder, old)
  const longAgo = new Date(Date.now() - 25 * 3_600_000)
  for (const name of ['manifest.json', 'files', '']) utimesSync(path.join(from, name), longAgo, longAgo)
  const server = await serve(rig.bower.house, { host: '127.0.0.1', port: 0, token: '' })
  await until('the old one is gone', () => !existsSync(from))
  await server.close()
  assert.ok(existsSync(path.join(folder, fresh)))
})

test('an upload whose job ended while no server ran is removed at the next start', async () => {
  const { store } = rig.bower.house
  const { upload } = (await begin('birds', [{ name: 'late.jpg', size: 0 }])).json
  const job = await store.jobs.enqueue({ key: 'late', project: 'birds', step: 'add', input: {}, at: 1 })
  await store.jobs.cancel(job.id as JobId, 2)
  mkdirSync(path.join(folder, upload, 'files'), { recursive: true })
  await (await import('node:fs/promises')).writeFile(path.join(folder, upload, 'job.json'), String(job.id))
  const server = await serve(rig.bower.house, { host: '127.0.0.1', port: 0, token: '' })
  await until('it is gone', () => !existsSync(path.join(folder, upload)))
  await server.close()
})

test('100,000 files can be begun at once', async () => {
  const files = Array.from({ length: 100_000 }, (_, i) => ({
    name: `birds/${i % 100}/image-${i}.jpg`,
    size: i,
  }))
  const from = performance.now()
  const { status, json } = await begin('many', files)
  assert.equal(status, 200)
  assert.equal(json.have.length, 100_000)
  assert.ok(performance.now() - from < 10_000, `${performance.now() - from} ms`)
  const one = await put(json.upload, '99999?offset=0', 'abc')
  assert.deepEqual(one.json, { have: 3 })
})
