import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { openStore } from '../../src/store/index.ts'
import { addImages, folder, image, label, opened, rowFaults, withBirds } from './drivers.ts'

const rowsOf = (place: string) => path.join(place, 'bowerbird.db')
const writer = path.join(import.meta.dirname, 'writer.ts')

describe('a store that cannot be opened says why', () => {
  it('names a file that is no database', async () => {
    const place = folder('corrupt')
    writeFileSync(rowsOf(place), 'this is not a database, it is a letter to a friend'.repeat(100))
    await assert.rejects(openStore(place), { kind: 'corrupt-data', message: /bowerbird\.db: it is damaged/ })
  })
  it('names a database whose pages are damaged', async () => {
    const place = folder('corrupt')
    const { store } = await withBirds(place)
    await addImages(store, 2000)
    await store.close()
    const file = openSync(rowsOf(place), 'r+')
    for (let at = 4096; at < statSync(rowsOf(place)).size; at += 4096)
      writeSync(file, Buffer.alloc(4096, 7), 0, 4096, at)
    closeSync(file)
    const used = async () => {
      await using broken = await opened(place)
      await broken.projects.list()
    }
    await assert.rejects(used(), { kind: 'corrupt-data', message: /bowerbird\.db: it is damaged/ })
  })
  it('names a database that was cut short', async () => {
    const place = folder('corrupt')
    const { store } = await withBirds(place)
    await addImages(store, 2000)
    await store.close()
    truncateSync(rowsOf(place), statSync(rowsOf(place)).size >> 1)
    const used = async () => {
      await using broken = await opened(place)
      assert.deepEqual(await rowFaults(broken), [])
    }
    await assert.rejects(used(), /damaged|malformed|the database/)
  })
  it('refuses blobs beside an empty database or none: a new one would forget them', async () => {
    const place = folder('emptied')
    const store = await openStore(place)
    await store.blobs.put(Buffer.from('a wren'))
    await store.close()
    truncateSync(rowsOf(place), 0)
    const message = /bowerbird\.db: it is empty, 0 bytes, and there are blobs beside it/
    await assert.rejects(openStore(place), { kind: 'corrupt-data', message })
    rmSync(rowsOf(place))
    await assert.rejects(openStore(place), { kind: 'corrupt-data', message: /there is no such file/ })
  })
  it('refuses a newer schema, and says both numbers', async () => {
    const place = folder('newer')
    await (await openStore(place)).close()
    const database = new DatabaseSync(rowsOf(place))
    database.exec('pragma user_version = 99')
    database.close()
    const message = /its schema is number 99, and this program knows up to number \d+/
    await assert.rejects(openStore(place), { kind: 'newer-schema', message })
  })
  it('refuses a place that is a file', async () => {
    const place = path.join(folder('file'), 'data')
    writeFileSync(place, 'mine')
    await assert.rejects(openStore(place), { kind: 'not-allowed', message: /it is a file, not a folder/ })
  })
})

// A limit on the size of files stands for a full disk: the same failed write, without a disk of our own.
const needsLimit = process.platform === 'win32' && 'Windows has no limit on file sizes to set'

describe('a full disk', { skip: needsLimit }, () => {
  it('is said in a sentence, and loses nothing that was acknowledged', async () => {
    const place = folder('full')
    const { store } = await withBirds(place)
    await store.images.add(
      'birds',
      Array.from({ length: 50 }, (_, i) => image(i)),
      2,
    )
    await store.close()
    const { acknowledged, last } = await limited(place, 'labels')
    assert.match(
      last,
      /^disk-full: cannot write .*bowerbird\.db: the disk is full; what was saved before is safe$/,
    )
    await using again = await opened(place)
    const { position } = await again.projects.counts('birds')
    assert.ok(acknowledged > 0, 'some labels went in before the disk was full')
    assert.equal(position, acknowledged)
    assert.deepEqual(await rowFaults(again), [])
    const [id] = await again.images.ids('birds', {})
    const [wren] = await again.classes.list('birds')
    assert.equal(await again.labels.add('birds', [label(id as never, wren!.id)], 'more'), acknowledged + 1)
  })
  it('leaves no half blob behind', async () => {
    const place = folder('full')
    const { store } = await withBirds(place)
    await store.close()
    const { last } = await limited(place, 'blobs')
    assert.match(last, /^disk-full: cannot write to .*blobs: the disk is full/)
    await using again = await opened(place)
    assert.deepEqual(await again.check(), [])
  })
})

/** Runs the writer in a shell that lets no file grow past some 2 MB. */
async function limited(place: string, what: string): Promise<{ acknowledged: number; last: string }> {
  const command = 'ulimit -f 4000; exec "$0" "$@"'
  const child = spawn('sh', ['-c', command, process.execPath, writer, place, what], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (text: Buffer) => (said += text))
  await once(child, 'close')
  const lines = said.trim().split('\n')
  return { acknowledged: lines.filter((line) => line.startsWith('ack ')).length, last: lines.at(-1)! }
}
