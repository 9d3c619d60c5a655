import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { serve } from '../../src/server/index.ts'
import { openRig } from './rig.ts'

const rig = await openRig()
const { host, port } = new URL(rig.server.url)
const token = 'a-secret-of-some-length'
const guarded = await openRig({ token })

type Row = readonly [headers: Readonly<Record<string, string>>, status: number]

describe('on loopback only pages of our own are answered', () => {
  const rows: readonly Row[] = [
    [{}, 200],
    [{ host: `localhost:${port}` }, 200],
    [{ host: `LOCALHOST:${port}` }, 200],
    [{ host: `[::1]:${port}` }, 200],
    [{ host: 'localhost' }, 403],
    [{ host: '127.0.0.1:1' }, 403],
    [{ host: `evil.example:${port}` }, 403],
    [{ host: `127.0.0.1.evil.example:${port}` }, 403],
    [{ host: `localhost.:${port}` }, 403],
    [{ origin: `http://${host}` }, 200],
    [{ origin: `http://localhost:${port}` }, 403], // another name: another origin
    [{ origin: 'http://evil.example' }, 403],
    [{ origin: 'null' }, 403],
    [{ origin: `http://127.0.0.1:1` }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }, 403],
    [{ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }, 200],
    [{ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }, 200],
  ]
  for (const [headers, status] of rows) {
    it(`${JSON.stringify(headers)} → ${status}`, async () => {
      const answer = await rig.ask('/v1/projects', { headers })
      assert.equal(answer.status, status, answer.text)
      if (status === 403) assert.equal(answer.json.error.kind, 'not-allowed')
    })
  }
  it('a stranger’s form changes nothing', async () => {
    const { status } = await rig.ask('/v1/create', {
      json: { project: 'stolen' },
      headers: { origin: 'http://evil.example' },
    })
    assert.equal(status, 403)
    assert.equal((await rig.ask('/v1/project?project=stolen')).status, 404)
  })
})

describe('where a token is set, it must be sent', () => {
  const rows: readonly (readonly [string, ...Row])[] = [
    ['/v1/projects', {}, 401],
    ['/v1/projects', { authorization: `Bearer ${token}` }, 200],
    ['/v1/projects', { authorization: `bearer ${token}` }, 200],
    ['/v1/projects', { authorization: `Bearer ${token}x` }, 401],
    ['/v1/projects', { authorization: `Bearer ${token.slice(1)}` }, 401],
    ['/v1/projects', { authorization: token }, 401],
    ['/v1/projects', { cookie: `bowerbird=${token}` }, 401],
    ['/v1%2Fprojects', {}, 404],
    ['/%761/projects', {}, 401],
    ['/v1/events', {}, 401],
    ['/v1/images/1/thumbnail?project=p', {}, 401],
    ['/openapi.json', {}, 401],
    ['/docs/', {}, 401],
    ['/health', {}, 200],
    ['/', {}, 200],
  ]
  for (const [path, headers, status] of rows) {
    it(`${path} ${JSON.stringify(headers)} → ${status}`, async () => {
      const answer = await guarded.ask(path, { headers })
      assert.equal(answer.status, status, answer.text)
      if (status === 401) assert.equal(answer.json.error.kind, 'no-token')
    })
  }
  it('a prediction needs it as well', async () => {
    assert.equal((await guarded.ask('/predict', { json: {} })).status, 401)
  })
  it('a browser that opens /?token=… once gets a cookie that pages of strangers never send', async () => {
    const opened = await guarded.ask(`/?token=${token}`)
    assert.equal(opened.status, 303)
    assert.equal(opened.headers.location, '/')
    const [cookie = ''] = opened.headers['set-cookie'] ?? []
    assert.match(cookie, /HttpOnly; SameSite=Strict/)
    assert.ok(!cookie.includes(token), 'the token itself is not kept')
    const asked = await guarded.ask('/v1/projects', { headers: { cookie: cookie.split(';')[0]! } })
    assert.equal(asked.status, 200)
  })
  it('a wrong one gets none', async () => {
    assert.equal((await guarded.ask('/?token=guess')).headers['set-cookie'], undefined)
  })
})

test('off loopback there is no serving without a token', async () => {
  for (const address of ['0.0.0.0', '::', '192.168.1.5']) {
    await assert.rejects(
      serve(rig.bower.house, { host: address, port: 0, token: '' }),
      new RegExp(`cannot serve on ${address.replaceAll('.', '\\.')}: .*token.*--token`),
    )
  }
})

test('off loopback any name of the machine will do, with the token', async () => {
  const open = await openRig({ host: '0.0.0.0', token })
  const headers = {
    host: `machine.example:${new URL(open.server.url).port}`,
    authorization: `Bearer ${token}`,
  }
  assert.equal((await open.ask('/v1/projects', { headers })).status, 200)
  const asked = await open.ask('/v1/projects', { headers: { ...headers, origin: 'http://evil.example' } })
  assert.equal(asked.status, 403)
})

test('every answer tells browsers what they may not do', async () => {
  for (const path of ['/', '/health', '/v1/projects', '/v1/nothing', '/docs/']) {
    const { headers } = await rig.ask(path)
    assert.match(String(headers['content-security-policy']), /default-src 'self'.*frame-ancestors 'none'/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
  }
})
