import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { steps } from '../../src/steps/index.ts'
import { openRig } from './rig.ts'

const rig = await openRig()
await rig.bower.create({ project: 'birds', classes: ['wren', 'crow'] })
const openapi = (await rig.ask('/openapi.json')).json

describe('every step is a route', () => {
  for (const step of steps) {
    const isRead = step.reads && step.takes === 'a moment'
    const method = isRead ? 'GET' : 'POST'
    it(`${step.name}: ${method} /v1/${step.name} reaches its schema`, async () => {
      const wrong = 'no such input'
      const { status, json } = isRead
        ? await rig.ask(`/v1/${step.name}?nonsense=1`)
        : await rig.ask(`/v1/${step.name}`, { json: { nonsense: 1 } })
      assert.equal(status, 400, wrong)
      assert.equal(json.error.kind, 'bad-input')
      assert.match(json.error.message, new RegExp(`^cannot ${step.name}: .*nonsense was given$`))
    })
    it(`${step.name}: the other method is refused by name`, async () => {
      const { status, json } = isRead
        ? await rig.ask(`/v1/${step.name}`, { json: {} })
        : await rig.ask(`/v1/${step.name}`)
      assert.equal(status, 404)
      assert.match(json.error.message, new RegExp(`it takes ${method}`))
    })
    it(`${step.name}: stands in the OpenAPI document with its summary and its inputs`, () => {
      const entry = openapi.paths[`/v1/${step.name}`][method.toLowerCase()]
      assert.equal(entry.summary, step.summary)
      assert.equal(entry.operationId, step.name)
      const names = isRead
        ? (entry.parameters ?? []).map((one: { name: string }) => one.name)
        : Object.keys(entry.requestBody?.content['application/json'].schema.properties ?? {})
      assert.deepEqual(names.sort(), Object.keys(step.input.shape).sort())
      assert.ok(entry.responses[step.takes === 'a while' ? 202 : 200], 'what it answers is described')
    })
  }
})

describe('a query string is read as the schema says', () => {
  const project = 'project=birds'
  for (const [query, status] of [
    ['size=7', 200],
    ['order=unsure+first', 200],
    ['text=12', 200],
    ['label=none', 200],
    ['size=seven', 400],
    ['size=7.5', 400],
    ['size=0', 400],
    ['confidenceMax=1.5', 400],
    ['split=all', 400],
    ['size=1&size=2', 400],
  ] as const) {
    it(`${query} → ${status}`, async () => {
      const answer = await rig.ask(`/v1/images?${project}&${query}`)
      assert.equal(answer.status, status, answer.text)
      if (status === 400) assert.match(answer.json.error.message, /^cannot images: .* was given$/)
    })
  }
})

test('a step performed over HTTP gives what its schema promises', async () => {
  for (const name of ['projects', 'config', 'project', 'versions', 'ledger', 'images']) {
    const step = steps.find((one) => one.name === name)!
    const query = 'project' in step.input.shape ? '?project=birds' : ''
    const { status, json } = await rig.ask(`/v1/${name}${query}`)
    assert.equal(status, 200, JSON.stringify(json))
    assert.deepEqual(step.output.safeParse(json).error?.issues, undefined, name)
  }
})

describe('a step that takes a while', () => {
  it('answers at once with its job, which can be asked after', async () => {
    const { status, headers, json } = await rig.ask('/v1/check', { json: {} })
    assert.equal(status, 202)
    assert.equal(headers.location, `/v1/jobs/${json.job.id}`)
    const shown = await rig.ask(`/v1/jobs/${json.job.id}`)
    assert.equal(shown.json.job.step, 'check')
    await rig.ask(`/v1/jobs/${json.job.id}/cancel`, { method: 'POST' })
  })
  it('stands in the list of jobs, the newest first', async () => {
    const { json } = await rig.ask('/v1/jobs?limit=5')
    assert.ok(json.jobs.length > 0)
    const ids = json.jobs.map((job: { id: number }) => job.id)
    assert.deepEqual(
      ids,
      ids.toSorted((a: number, b: number) => b - a),
    )
  })
  it('with wait=1 answers when the job has ended', async () => {
    const { status, json } = await rig.ask('/v1/check?wait=1', { json: {} })
    assert.equal(status, 200, JSON.stringify(json))
    assert.equal(json.job.state, 'done')
    assert.deepEqual(json.job.output, { faults: [] })
  })
})

describe('the OpenAPI document', () => {
  type Node = Readonly<Record<string, unknown>>
  const nodesOf = (value: unknown): readonly Node[] => {
    if (value === null || typeof value !== 'object') return []
    const inner = Object.values(value).flatMap(nodesOf)
    return Array.isArray(value) ? inner : [value as Node, ...inner]
  }
  const operations = Object.entries(openapi.paths as Record<string, Record<string, Node>>).flatMap(
    ([path, methods]) => Object.values(methods).map((operation) => ({ path, operation })),
  )

  it('is version 3.1 and says what it describes', () => {
    assert.match(openapi.openapi, /^3\.1\./)
    assert.ok(openapi.info.title && openapi.info.version)
  })
  it('points only to what it holds', () => {
    for (const { $ref } of nodesOf(openapi).filter((node) => typeof node['$ref'] === 'string')) {
      const found = String($ref)
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => (at as Node | undefined)?.[key], openapi)
      assert.ok(found, `${String($ref)} leads nowhere`)
    }
  })
  it('names each operation once, and gives each an answer', () => {
    const ids = operations.map(({ operation }) => operation['operationId'])
    assert.equal(new Set(ids).size, ids.length, ids.join(' '))
    assert.ok(ids.every((id) => typeof id === 'string'))
    for (const { operation } of operations) assert.ok(Object.keys(operation['responses'] as Node).length > 0)
  })
  it('declares every parameter that stands in a path', () => {
    for (const { path, operation } of operations) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const parameters = (operation['parameters'] ?? []) as readonly { in: string; name: string }[]
      const declared = parameters.filter((one) => one.in === 'path').map((one) => one.name)
      assert.deepEqual(declared.sort(), inPath.sort(), path)
    }
  })
  it('can be read in a browser at /docs, with scripts of ours alone', async () => {
    const { status, text, headers } = await rig.ask('/docs/')
    assert.equal(status, 200)
    assert.doesNotMatch(text, /<script>|https?:\/\/(?!127)/)
    assert.match(String(headers['content-security-policy']), /script-src 'self'/)
    for (const [, file] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const at = new URL(file!, `${rig.server.url}/docs/`)
      assert.equal((await rig.ask(at.pathname)).status, 200, at.pathname)
    }
  })
})
