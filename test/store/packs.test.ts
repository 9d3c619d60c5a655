import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { restoreBackup } from '../../src/store/index.ts'
import { aside, drivers, folder, image, opened, project, takeBirds, textOf, withBirds } from './drivers.ts'

for (const { kept, place } of drivers) {
  describe(`packs of blobs kept ${kept}`, () => {
    it('give each blob back, its size and that it is there', async () => {
      await using store = (await withBirds(place())).store
      const texts = ['wren', 'robin', '', 'crow']
      const { hashes } = await takeBirds(store, texts)
      for (const [i, hash] of hashes.entries()) {
        assert.equal(await textOf(store, hash), texts[i])
        assert.deepEqual(
          [await store.blobs.has(hash), await store.blobs.sizeOf(hash)],
          [true, texts[i]!.length],
        )
      }
      assert.deepEqual(await store.check(), [])
    })
    it('pass over what a writer that died left in front', async () => {
      await using store = (await withBirds(place())).store
      const [, wren] = aside(store, Buffer.from('half a pict'), Buffer.from('wren'))
      const images = [image(1, { hash: wren!.hash, thumbnail: wren!.hash })]
      await store.images.take('birds', { images, written: [wren!] }, 2)
      assert.equal(await textOf(store, wren!.hash), 'wren')
    })
    it('refuse a file that began anew under its writer, and name nothing of it', async () => {
      await using store = (await withBirds(place())).store
      const [wren] = aside(store, Buffer.from('wren'))
      const robin = { ...aside(store, Buffer.from('robin'))[0]!, file: wren!.file }
      const images = [image(1, { hash: wren!.hash, thumbnail: robin.hash })]
      const taken = store.images.take('birds', { images, written: [wren!, robin] }, 2)
      await assert.rejects(taken, { kind: 'not-ready', message: /tidied away/ })
      assert.equal(await store.blobs.has(wren!.hash), false)
      assert.equal((await store.projects.counts('birds')).images, 0)
    })
  })
}

test('bytes that are there already are not kept twice, in whichever project', async () => {
  const place = folder('packs')
  await using store = (await withBirds(place)).store
  await store.projects.create({ ...project, name: 'more-birds' })
  const { hashes } = await takeBirds(store, ['wren', 'robin'])
  await takeBirds(store, ['robin', 'wren'], { to: 'more-birds' })
  assert.equal(readdirSync(path.join(place, 'blobs', 'packs')).length, 1)
  assert.equal(readdirSync(path.join(place, 'blobs', 'aside')).length, 0)
  assert.equal(await textOf(store, hashes[1]!), 'robin')
})
test('the check names what a damaged pack held', async () => {
  const place = folder('packs')
  await using store = (await withBirds(place)).store
  await takeBirds(store, ['wren', 'robin'])
  const packs = path.join(place, 'blobs', 'packs')
  writeFileSync(path.join(packs, readdirSync(packs)[0]!), 'wrenROBIN')
  assert.deepEqual(
    (await store.check()).map((fault) => /"1.jpg".*not what they were/.test(fault)),
    [true],
  )
})
test('a backup holds what rows name, and what settings do; nothing else', async () => {
  const place = folder('packs')
  await using store = (await withBirds(place)).store
  const { hashes } = await takeBirds(store, ['wren', 'robin'])
  const clusters = await store.blobs.put(Buffer.from('clusters'))
  await store.settings.set('clusters of birds', clusters)
  await store.settings.set('deep', { in: [{ it: await store.blobs.put(Buffer.from('a map')) }] })
  await store.settings.set('no blob', hashes[0]!.replaceAll(/./g, '0'))
  await store.blobs.put(Buffer.from('nobody names this'))
  const [to, back] = [path.join(folder('backup'), 'new'), folder('restored')]
  const copied = await store.backup(to)
  assert.equal(copied.blobs, 4)
  assert.deepEqual(await restoreBackup(to, back), copied)
  await using restored = await opened(back)
  assert.deepEqual(await restored.check(), [])
  assert.equal(await textOf(restored, hashes[1]!), 'robin')
  assert.equal(await textOf(restored, clusters), 'clusters')
})
