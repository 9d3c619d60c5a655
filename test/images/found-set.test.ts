// A folder that says itself what its images show.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { found } from '../../src/images/index.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-found-set-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** What is found among such files, a line each: name, label, group; or name and reason. */
async function lines(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
    writeFileSync(path.join(folder, name), text)
  }
  const seen: string[] = []
  for await (const one of found(folder)) {
    const { name } = one
    seen.push('reason' in one ? `${name}: ${one.reason}` : `${name} ${one.label ?? '-'} ${one.group ?? '-'}`)
  }
  return seen
}
const head = 'path,label,group,split,guess,confidence,sha256,name\n'
const coco = JSON.stringify({
  images: [
    { id: 1, file_name: '1.png' },
    { id: 2, file_name: 'gone.png' },
  ],
  annotations: [{ image_id: 1, category_id: 5 }],
  categories: [{ id: 5, name: 'wren' }],
})

describe('a folder with our sheet', () => {
  it('gives names, labels and groups; images put there since are labelled by their folder', async () => {
    const sheet = `${head}a_b/1.png,a/b,nest,train,,,x,first.png\na_b/2.png,,,test,crow,0.5,y,second.png\n`
    const files = { 'a_b/1.png': '', 'a_b/2.png': '', 'crow/new.png': '', 'bowerbird.csv': sheet }
    assert.deepEqual(await lines(files), ['first.png a/b nest', 'second.png - -', 'crow/new.png crow -'])
  })
  it('may lie beside another, each with its sheet', async () => {
    const files = {
      'one/x/1.png': '',
      'one/bowerbird.csv': `${head}x/1.png,wren,,train,,,x,1.png\n`,
      'two/x/1.png': '',
      'two/bowerbird.csv': `${head}x/1.png,crow,,train,,,y,2.png\n`,
    }
    assert.deepEqual(await lines(files), ['1.png wren -', '2.png crow -'])
  })
  it('is not taken by a file of that name with other columns', async () => {
    const files = { 'wren/1.png': '', 'bowerbird.csv': 'bird,colour\nwren,brown\n' }
    assert.deepEqual(await lines(files), ['bowerbird.csv - -', 'wren/1.png wren -'])
  })
})

describe('a folder in another program’s format', () => {
  it('names what the set lists and the folder lacks; what it does not list has no label', async () => {
    const files = { 'annotations/instances_train.json': coco, 'images/1.png': '', 'images/3.png': '' }
    assert.deepEqual(await lines(files), [
      'images/1.png wren -',
      'images/3.png - -',
      'images/train/gone.png: the set names it, and it is not there',
    ])
  })
  it('whose files are broken is a folder like any other, and says so', async () => {
    const files = { 'annotations/instances_train.json': '{', 'wren/1.png': '' }
    const [fault, ...rest] = await lines(files)
    assert.match(fault!, /what it says of images is not read: it is not JSON/)
    assert.deepEqual(rest, ['annotations/instances_train.json annotations -', 'wren/1.png wren -'])
  })
  it('that only has captions leaves the labels to folders', async () => {
    const metadata = `${JSON.stringify({ file_name: 'wren/1.png', text: 'a small brown bird' })}\n`
    const files = { 'metadata.jsonl': metadata, 'wren/1.png': '' }
    assert.deepEqual(await lines(files), ['metadata.jsonl - -', 'wren/1.png wren -'])
  })
  it('cannot reach a file outside of the folder', async () => {
    const text = coco.replace('gone.png', '../../../etc/secret.png')
    const seen = await lines({ 'annotations/instances_train.json': text, 'images/1.png': '' })
    assert.match(seen.at(-1)!, /secret\.png: the set names it, and it is not there/)
  })
})
