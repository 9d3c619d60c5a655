import assert from 'node:assert/strict'
import { appendFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { restoreBackup, type Store } from '../../src/store/index.ts'
import { aside, drivers, folder, image, opened, project, withBirds } from './drivers.ts'

/** Pictures as adding brings them: the bytes of all in one file, and their rows. */
async function takeBirds(store: Store, texts: readonly string[], to = 'birds') {
  const into = store.blobs.aside()
  let offset = 0
  const written = texts.map((text) => {
    const { hash, file, sizeBytes } = aside(store, Buffer.from(text))
    rmSync(file)
    appendFileSync(into, text)
    offset += sizeBytes
    return { hash, file: into, offset: offset - sizeBytes, sizeBytes }
  })
  const images = written.map(({ hash }, i) => image(i, { hash, thumbnail: hash }))
  const { ids } = await store.images.take(to, { images, written }, 2)
  return { ids, written, hashes: written.map((one) => one.hash) }
}
const textOf = async (store: Store, hash: string) =>
  Buffer.from(await store.blobs.get(hash as never)).toString()

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
      const written = aside(store, Buffer.from('half a pict'), Buffer.from('wren'))
      const images = [image(1, { hash: written.hash, thumbnail: written.hash })]
      await store.images.take('birds', { images, written: [written] }, 2)
      assert.equal(await textOf(store, written.hash), 'wren')
    })
    it('refuse a file that began anew under its writer, and name nothing of it', async () => {
      await using store = (await withBirds(place())).store
      const first = aside(store, Buffer.from('wren'))
      const second = { ...aside(store, Buffer.from('robin')), file: first.file }
      const images = [image(1, { hash: first.hash, thumbnail: second.hash })]
      const taken = store.images.take('birds', { images, written: [first, second] }, 2)
      await assert.rejects(taken, { kind: 'not-ready', message: /tidied away/ })
      assert.equal(await store.blobs.has(first.hash), false)
      assert.equal((await store.projects.counts('birds')).images, 0)
    })
  })
}

test('bytes that are there already are not kept twice, in whichever project', async () => {
  const place = folder('packs')
  await using store = (await withBirds(place)).store
  await store.projects.create({ ...project, name: 'more-birds' })
  const { hashes } = await takeBirds(store, ['wren', 'robin'])
  await takeBirds(store, ['robin', 'wren'], 'more-birds')
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
