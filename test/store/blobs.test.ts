import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import type { Hash } from '../../src/base/index.ts'
import { drivers, folder, hashOf, opened } from './drivers.ts'

for (const { kept, place } of drivers) {
  describe(`blobs kept ${kept}`, () => {
    it('gives bytes back by their SHA-256', async () => {
      await using store = await opened(place())
      const bytes = Buffer.from('a wren')
      const hash = await store.blobs.put(bytes)
      assert.equal(hash, createHash('sha256').update(bytes).digest('hex'))
      assert.deepEqual(Buffer.from(await store.blobs.get(hash)), bytes)
      assert.deepEqual([await store.blobs.has(hash), await store.blobs.sizeOf(hash)], [true, 6])
    })
    it('keeps many at once, each once, named in the order given', async () => {
      await using store = await opened(place())
      const many = ['wren', 'robin', 'wren', ''].map((text) => Buffer.from(text))
      const hashes = await store.blobs.putMany(many)
      assert.equal(hashes[0], hashes[2])
      for (const [i, hash] of hashes.entries())
        assert.deepEqual(Buffer.from(await store.blobs.get(hash)), many[i])
    })
    it('says which blob is not there', async () => {
      await using store = await opened(place())
      assert.equal(await store.blobs.has(hashOf(1)), false)
      await assert.rejects(store.blobs.get(hashOf(1)), { kind: 'not-found', message: /no blob 0{63}1/ })
      await assert.rejects(store.blobs.sizeOf(hashOf(1)), { kind: 'not-found' })
    })
    it('refuses a name that is no hash, so that no path is made of it', async () => {
      await using store = await opened(place())
      await assert.rejects(store.blobs.get('../../bowerbird.db' as Hash), { kind: 'not-found' })
    })
  })
}

test('a blob is a file named by its hash, and nothing is left aside', async () => {
  const place = folder('blobs')
  await using store = await opened(place)
  const hashes = await store.blobs.putMany(['a', 'b', 'c'].map((text) => Buffer.from(text)))
  for (const hash of hashes) {
    const bytes = readFileSync(path.join(place, 'blobs', hash.slice(0, 2), hash))
    assert.equal(createHash('sha256').update(bytes).digest('hex'), hash)
  }
  assert.deepEqual(readdirSync(path.join(place, 'blobs', 'aside')), [])
})
test('a blob that is there already is not written again', async () => {
  const place = folder('blobs')
  await using store = await opened(place)
  const hash = await store.blobs.put(Buffer.from('a'))
  const inodeOf = () => statSync(path.join(place, 'blobs', hash.slice(0, 2), hash)).ino
  const before = inodeOf()
  await store.blobs.put(Buffer.from('a'))
  assert.equal(inodeOf(), before)
})
