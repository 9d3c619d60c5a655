import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { Failure } from '../../src/base/index.ts'
import { serve } from '../../src/server/index.ts'
import { ask, openRig, type How } from './rig.ts'

const rig = await openRig()
await rig.bower.create({ project: 'birds', classes: ['wren'] })

type Row = readonly [what: string, path: string, how: How, status: number, kind: string, says: RegExp]
const json = { 'content-type': 'application/json' }
const rows: readonly Row[] = [
  ['an unknown route', '/v1/fly', {}, 404, 'not-found', /GET \/v1\/fly.*\/docs/],
  ['an unknown route by POST', '/fly', { json: {} }, 404, 'not-found', /POST \/fly/],
  ['an unknown project', '/v1/project?project=cats', {}, 404, 'not-found', /cats.*birds/],
  ['a missing input', '/v1/project', {}, 400, 'bad-input', /project: .*nothing was given/],
  ['a misspelt input', '/v1/images?project=birds&sise=1', {}, 400, 'bad-input', /size.*sise was given/],
  ['malformed JSON', '/v1/create', { headers: json, body: '{"project":' }, 400, 'bad-input', /must be JSON/],
  ['a list for an input', '/v1/create', { json: [1] }, 400, 'bad-input', /must be an object/],
  ['null for an input', '/v1/create', { headers: json, body: 'null' }, 400, 'bad-input', /must be an object/],
  ['a prototype', '/v1/create', { headers: json, body: '{"__proto__":{}}' }, 400, 'bad-input', /__proto__/],
  [
    'a form',
    '/v1/create',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' },
    415,
    'bad-input',
    /application\/json.*x-www-form-urlencoded/,
  ],
  [
    'plain text',
    '/v1/create',
    { headers: { 'content-type': 'text/plain' }, body: '{}' },
    415,
    'bad-input',
    /text\/plain/,
  ],
  [
    'too much',
    '/v1/create',
    { headers: json, body: `"${'x'.repeat(4_100_000)}"` },
    413,
    'too-large',
    /4000000 bytes/,
  ],
  ['what is there already', '/v1/create', { json: { project: 'birds' } }, 409, 'already-there', /birds/],
  ['an unknown job', '/v1/jobs/999', {}, 404, 'not-found', /999/],
  ['a job by name', '/v1/jobs/first', {}, 400, 'bad-input', /whole number.*first/],
  ['an unknown job to cancel', '/v1/jobs/999/cancel', { method: 'POST' }, 404, 'not-found', /999/],
  ['events of an unknown job', '/v1/jobs/999/events', {}, 404, 'not-found', /999/],
  ['events of an unknown project', '/v1/events?project=cats', {}, 404, 'not-found', /cats/],
  ['a state that no job has', '/v1/jobs?state=lost', {}, 400, 'bad-input', /state/],
  ['an unknown image', '/v1/images/77/original?project=birds', {}, 404, 'not-found', /77/],
  ['an image of no project', '/v1/images/1/thumbnail', {}, 400, 'bad-input', /project/],
  ['a wait that is neither', '/v1/check?wait=maybe', { json: {} }, 400, 'bad-input', /wait.*maybe/],
]

describe('what cannot be done is told in JSON, with the kind’s status', () => {
  for (const [what, path, how, status, kind, says] of rows) {
    it(`${what}: ${status} ${kind}`, async () => {
      const answer = await rig.ask(path, how)
      assert.equal(answer.status, status, answer.text)
      assert.match(String(answer.headers['content-type']), /^application\/json/)
      assert.equal(answer.json.error.kind, kind)
      assert.match(answer.json.error.message, says)
      assert.doesNotMatch(answer.text, /\n\s+at |node_modules|\.ts:/)
    })
  }
})

test('a fault of ours shows no stack; the log has it under the number that is told', async () => {
  const house = { ...rig.bower.house, perform: () => Promise.reject(new TypeError('x is not a function')) }
  const log: { event: string; fields: Readonly<Record<string, unknown>> }[] = []
  const server = await serve(house, {
    host: '127.0.0.1',
    port: 0,
    token: '',
    log: (event, fields) => void log.push({ event, fields }),
  })
  const { status, json: told } = await ask(`${server.url}/v1/projects`)
  await server.close()
  assert.equal(status, 500)
  assert.equal(told.error.kind, 'crashed')
  assert.doesNotMatch(told.error.message, /not a function/)
  const [crash] = log.filter(({ event }) => event === 'crashed')
  assert.ok(told.error.message.includes(String(crash?.fields['request'])))
  assert.match(String(crash?.fields['stack']), /not a function/)
})

test('a full disk is 507, whoever met it', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  const house = { ...rig.bower.house, perform: () => Promise.reject(full) }
  const server = await serve(house, { host: '127.0.0.1', port: 0, token: '' })
  const { status, json: told } = await ask(`${server.url}/v1/projects`)
  await server.close()
  assert.equal(status, 507)
  assert.equal(told.error.kind, 'disk-full')
})

test('a port that is taken is told with its number and the way out', async () => {
  const port = Number(new URL(rig.server.url).port)
  await assert.rejects(serve(rig.bower.house, { host: '127.0.0.1', port, token: '' }), (thrown: unknown) => {
    assert.ok(thrown instanceof Failure)
    assert.equal(thrown.kind, 'port-taken')
    assert.match(thrown.message, new RegExp(`${port}.*--port`))
    return true
  })
})

test('a host that is not ours is told by name', async () => {
  await assert.rejects(
    serve(rig.bower.house, { host: '192.0.2.1', port: 0, token: 'secret' }),
    /cannot serve on 192\.0\.2\.1.*address of this machine/,
  )
})
