import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import tar from 'tar-stream'
import { ZipFile } from 'yazl'
import { countFound, found, type Found } from '../../src/images/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-found-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (...names: string[]) => path.join(folder, ...names)
function keep(name: string, bytes: string | Uint8Array = name): string {
  mkdirSync(path.dirname(at(name)), { recursive: true })
  writeFileSync(at(name), bytes)
  return at(name)
}
async function all(from: string, options = {}): Promise<readonly Found[]> {
  const seen: Found[] = []
  for await (const one of found(from, options)) seen.push(one)
  return seen
}
/** What was found, a line each: name, label, group; or name and reason. */
const lines = (things: readonly Found[]): readonly string[] =>
  things.map((one) =>
    'reason' in one ? `${one.name}: ${one.reason}` : [one.name, one.label ?? '-', one.group ?? '-'].join(' '),
  )
const bytesIn = (one: Found | undefined): string =>
  one && 'source' in one && 'bytes' in one.source ? Buffer.from(one.source.bytes).toString() : 'none'

async function zipOf(entries: Record<string, string>, change = (bytes: Buffer) => bytes): Promise<string> {
  const zip = new ZipFile()
  for (const [name, text] of Object.entries(entries)) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer)
  return keep('birds.zip', change(Buffer.concat(chunks)))
}
async function tarOf(entries: readonly (Partial<tar.Header> & { name: string; text?: string })[]) {
  const pack = tar.pack()
  for (const { text = '', ...header } of entries) pack.entry(header, text)
  pack.finalize()
  const chunks: Uint8Array[] = []
  for await (const chunk of pack) chunks.push(chunk as Uint8Array)
  return Buffer.concat(chunks)
}
const swap = (from: string, to: string) => (bytes: Buffer) =>
  Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')

describe('a folder', () => {
  it('is walked whole, in order of names; the folder an image lies in is its label', async () => {
    for (const name of ['b.jpg', 'wren/2.jpg', 'wren/1.jpg', 'train/crow/3.jpg', '10.jpg', '9.jpg'])
      keep(name)
    const seen = lines(await all(folder))
    assert.deepEqual(seen, [
      '10.jpg - -',
      '9.jpg - -',
      'b.jpg - -',
      'train/crow/3.jpg crow -',
      'wren/1.jpg wren -',
      'wren/2.jpg wren -',
    ])
    assert.equal(await countFound(folder), 6)
  })
  it('passes over what systems leave behind, without a word', async () => {
    for (const name of ['.DS_Store', 'Thumbs.db', '.git/x.jpg', '__MACOSX/a.jpg', 'a.jpg']) keep(name)
    assert.deepEqual(lines(await all(folder)), ['a.jpg - -'])
  })
  it('reports folders with the name of an image, and links that lead out, round or nowhere', async () => {
    const outside = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-outside-'))
    writeFileSync(path.join(outside, 'secret.jpg'), 'x')
    keep('in/a.jpg')
    keep('x.jpg/inner.png')
    symlinkSync(path.join(outside, 'secret.jpg'), at('out.jpg'))
    symlinkSync(outside, at('outdoors'))
    symlinkSync(folder, at('round'))
    symlinkSync(at('gone.jpg'), at('nowhere.jpg'))
    symlinkSync(at('in/a.jpg'), at('within.jpg'))
    const seen = lines(await all(folder))
    rmSync(outside, { recursive: true })
    assert.deepEqual(seen, [
      'in/a.jpg in -',
      'nowhere.jpg: it is a link that leads nowhere',
      'out.jpg: it is a link that leads out of the folder',
      'outdoors: it is a link that leads out of the folder',
      'round: it is a link to a folder',
      'within.jpg - -',
      'x.jpg: it is a folder with the name of an image',
    ])
  })
  it('stops when the signal fires', async () => {
    for (let i = 0; i < 20; i++) keep(`${i}.jpg`)
    const stop = new AbortController()
    const seen: Found[] = []
    await assert.rejects(async () => {
      for await (const one of found(folder, { signal: stop.signal })) {
        seen.push(one)
        stop.abort(new Error('enough'))
      }
    }, /enough/)
    assert.equal(seen.length, 1)
  })
})

describe('a zip', () => {
  it('gives its files with their bytes and labels', async () => {
    const seen = await all(await zipOf({ 'wren/1.jpg': 'one', '2.png': 'two', '__MACOSX/wren/._1.jpg': 'x' }))
    assert.deepEqual(lines(seen), ['wren/1.jpg wren -', '2.png - -'])
    assert.deepEqual(seen.map(bytesIn), ['one', 'two'])
  })
  it('reports names that lead out, and takes the rest', async () => {
    const from = await zipOf({ 'xx/xx/evil.jpg': 'a', 'Xetc/abs.jpg': 'b', 'ok.jpg': 'c' }, (b) =>
      swap('Xetc/abs.jpg', '/etc/abs.jpg')(swap('xx/xx/evil.jpg', '../../evil.jpg')(b)),
    )
    assert.deepEqual(lines(await all(from)), [
      '../../evil.jpg: its name leads out of the archive',
      '/etc/abs.jpg: its name leads out of the archive',
      'ok.jpg - -',
    ])
  })
  it('reports a file larger than the limit without unpacking it', async () => {
    const from = await zipOf({ 'bomb.png': '0'.repeat(2_000_000), 'ok.png': 'x' })
    assert.deepEqual(lines(await all(from, { bytesMax: 1_000_000 })), [
      'bomb.png: it is 2,000,000 bytes long, and at most 1,000,000 are read',
      'ok.png - -',
    ])
  })
  it('reports a file that is longer than the archive says', async () => {
    const truth = Buffer.alloc(4)
    truth.writeUInt32LE(300_000)
    const lie = Buffer.alloc(4)
    lie.writeUInt32LE(10)
    const from = await zipOf({ 'liar.png': '0'.repeat(300_000), 'ok.png': 'x' }, (b) =>
      swap(truth.toString('latin1'), lie.toString('latin1'))(b),
    )
    assert.match(lines(await all(from))[0]!, /^liar\.png: it cannot be unpacked: /)
    assert.equal(lines(await all(from))[1], 'ok.png - -')
  })
  it('reports what is encrypted', async () => {
    const from = await zipOf({ 'a.png': 'x' }, (bytes) => {
      const central = bytes.indexOf(Buffer.from('PK\x01\x02', 'latin1'))
      bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8)
      return bytes
    })
    assert.deepEqual(lines(await all(from)), ['a.png: it is encrypted'])
  })
  it('cut short is refused by name before anything is added', async () => {
    const from = await zipOf({ 'a.png': 'x' }, (bytes) => bytes.subarray(0, -30))
    await assert.rejects(all(from), /cannot read "birds.zip" as a zip archive/)
    await assert.rejects(countFound(from), /cannot read "birds.zip" as a zip archive/)
  })
})

describe('a tar', () => {
  const entries = [
    { name: './wren/', type: 'directory' as const },
    { name: './wren/1.jpg', text: 'one' },
    { name: '../evil.jpg', text: 'two' },
    { name: 'link.jpg', type: 'symlink' as const, linkname: '/etc/passwd' },
    { name: 'hard.jpg', type: 'link' as const, linkname: 'wren/1.jpg' },
    { name: 'pipe.jpg', type: 'fifo' as const },
    { name: 'big.jpg', text: 'x'.repeat(3000) },
    { name: '2.png', text: 'two' },
  ]
  const expected = [
    'wren/1.jpg wren -',
    '../evil.jpg: its name leads out of the archive',
    'link.jpg: it is a link, and links in archives are not followed',
    'hard.jpg: it is a link, and links in archives are not followed',
    'pipe.jpg: it is a fifo, not a file',
    'big.jpg: it is 3,000 bytes long, and at most 2,000 are read',
    '2.png - -',
  ]
  for (const name of ['birds.tar', 'birds.tar.gz', 'birds.tgz', 'birds-of-no-extension']) {
    it(`${name} gives its files, and reports what is none`, async () => {
      const bytes = await tarOf(entries)
      const seen = await all(keep(name, name.endsWith('gz') ? gzipSync(bytes) : bytes), { bytesMax: 2000 })
      assert.deepEqual(lines(seen), expected)
      assert.equal(bytesIn(seen[0]), 'one')
    })
  }
  it('that ends early gives what came before, and says so', async () => {
    const bytes = await tarOf([
      { name: '1.jpg', text: 'one' },
      { name: '2.jpg', text: 'x'.repeat(5000) },
    ])
    const seen = lines(await all(keep('cut.tar', bytes.subarray(0, 3000))))
    assert.equal(seen[0], '1.jpg - -')
    assert.match(seen[1]!, /^cut\.tar: the archive is damaged after 2 entries: /)
  })
  it('that is none is refused by name', async () => {
    await assert.rejects(all(keep('no.tar', 'no tar at all')), /cannot read "no.tar" as a tar archive/)
    await assert.rejects(all(keep('no.tar.gz', 'no')), /cannot read "no.tar.gz" as a tar archive/)
  })
})

describe('a list', () => {
  const expected = ['a.jpg wren burst 1', 'sub/b.jpg crow -', 'c, d.jpg - -']
  it('CSV by its header, in any order', async () => {
    const from = keep('l.csv', 'group,path,label\nburst 1,a.jpg,wren\n,sub/b.jpg,crow\n,"c, d.jpg",\n')
    const seen = await all(from)
    assert.deepEqual(lines(seen), expected)
    assert.deepEqual(
      seen.map((one) => 'source' in one && 'path' in one.source && one.source.path),
      [at('a.jpg'), at('sub', 'b.jpg'), at('c, d.jpg')],
    )
    assert.equal(await countFound(from), 3)
  })
  it('CSV without a header: path, label, group', async () =>
    assert.deepEqual(
      lines(await all(keep('l.csv', 'a.jpg,wren,burst 1\nsub/b.jpg,crow\n"c, d.jpg"\n'))),
      expected,
    ))
  it('JSON Lines', async () => {
    const rows = [
      { path: 'a.jpg', label: 'wren', group: 'burst 1' },
      { path: 'sub/b.jpg', label: 'crow' },
      { path: 'c, d.jpg', label: null },
    ]
    const text = rows.map((row) => JSON.stringify(row)).join('\n')
    assert.deepEqual(lines(await all(keep('l.jsonl', text))), expected)
  })
  it('reports rows without a path, and addresses: nothing is fetched', async () =>
    assert.deepEqual(lines(await all(keep('l.csv', 'path,label\n,wren\nhttps://x.org/a.jpg,crow\n'))), [
      'row 1: it names no path',
      'https://x.org/a.jpg: it is an address, and nothing is fetched: list files on this machine',
    ]))
  it('refuses what is neither, with the line', async () => {
    await assert.rejects(
      all(keep('l.jsonl', '{"path":"a.jpg"}\n{nonsense\n')),
      /"l.jsonl": line 2 is not JSON/,
    )
    await assert.rejects(all(keep('l.csv', 'path\n"a.jpg\n')), /"l.csv": it is not CSV/)
  })
})

describe('anything else', () => {
  it('is one file, which may be an image', async () =>
    assert.deepEqual(lines(await all(keep('wren.jpg'))), ['wren.jpg - -']))
  it('that is not there is said to be so', async () => {
    await assert.rejects(all(at('none')), /cannot add from ".*none": there is no such file or folder/)
    await assert.rejects(countFound(at('none')), { kind: 'not-found' })
  })
})
