import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { openRig, temporaryFolder } from './rig.ts'

const page = temporaryFolder()
const script = "document.documentElement.dataset.theme = 'dark'"
mkdirSync(path.join(page, 'assets'))
writeFileSync(path.join(page, 'index.html'), `<!doctype html><script>${script}</script><p>the page`)
writeFileSync(path.join(page, 'assets', 'app-1a2b.js'), 'export {}')
writeFileSync(path.join(page, 'mark.svg'), '<svg/>')
const rig = await openRig({ page })
const asBrowser = { accept: 'text/html,application/xhtml+xml' }

describe('the built page', () => {
  it('stands at /, asked for afresh each time', async () => {
    const { status, text, headers } = await rig.ask('/')
    assert.equal(status, 200)
    assert.match(text, /the page/)
    assert.match(String(headers['content-type']), /text\/html/)
    assert.equal(headers['cache-control'], 'no-cache')
  })
  it('has parts that browsers keep for good, since their names change with their content', async () => {
    const { status, headers } = await rig.ask('/assets/app-1a2b.js')
    assert.equal(status, 200)
    assert.match(String(headers['content-type']), /javascript/)
    assert.match(String(headers['cache-control']), /immutable/)
    assert.equal((await rig.ask('/mark.svg')).headers['cache-control'], 'no-cache')
  })
  it('may run the script that stands in it, and no other', async () => {
    const hash = createHash('sha256').update(script).digest('base64')
    const { headers } = await rig.ask('/')
    assert.match(
      String(headers['content-security-policy']),
      new RegExp(`script-src 'self' 'sha256-${hash.replaceAll(/[+/]/g, '\\$&')}';`),
    )
  })
  it('is what a browser gets under the page’s own paths', async () => {
    assert.match((await rig.ask('/projects/birds', { headers: asBrowser })).text, /the page/)
  })
  for (const path of ['/v1/nothing', '/assets/gone.js', '/predict', '/docs/nothing']) {
    it(`is not what it gets under ${path}`, async () => {
      assert.equal((await rig.ask(path, { headers: asBrowser })).status, 404)
    })
  }
  it('does not hide from programs that a path is wrong', async () => {
    assert.equal((await rig.ask('/projects/birds')).status, 404)
  })
  for (const path of [
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets/..%5c..%5cx',
  ]) {
    it(`shows nothing outside its folder: ${path}`, async () => {
      const { status, text } = await rig.ask(path)
      assert.ok(status >= 400, `${status} ${text.slice(0, 80)}`)
    })
  }
})

test('a page that is not built says so, and where the API is', async () => {
  const { status, text } = await (await openRig({ page: path.join(page, 'nowhere') })).ask('/')
  assert.equal(status, 200)
  assert.match(text, /npm run build.*\/docs/s)
})
