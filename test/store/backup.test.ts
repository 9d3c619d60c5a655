import assert from 'node:assert/strict'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, test } from 'node:test'
import { matrix } from '../../src/math/index.ts'
import { restoreBackup } from '../../src/store/index.ts'
import { addModel, drivers, folder, guess, image, inOne, label, opened, withBirds } from './drivers.ts'

/** A project with real blobs: every part of the store has something in it. */
async function fullBirds(place: string) {
  const birds = await withBirds(place)
  const { store, wren } = birds
  const hashes = await store.blobs.putMany(Array.from({ length: 20 }, (_, i) => Buffer.from(`picture ${i}`)))
  const { ids } = await store.images.add(
    'birds',
    hashes.map((hash, i) => image(i, { hash, thumbnail: hash })),
    2,
  )
  await store.labels.add(
    'birds',
    ids.slice(0, 5).map((id) => label(id, wren)),
    'one',
  )
  await store.embeddings.addShard('birds', 'builtin', { ids, rows: matrix(20, 4) })
  const { version } = await addModel(store, 'a')
  await store.models.setPredictions('birds', version, inOne(ids.map((id) => guess(id, wren, 0.5))))
  return { ...birds, ids, version }
}

for (const { kept, place } of drivers) {
  describe(`the backup of a store kept ${kept}`, () => {
    it('holds all there was, and becomes a data folder again', async () => {
      const { store, wren, ids, version } = await fullBirds(place())
      const [to, back] = [path.join(folder('backup'), 'new'), folder('restored')]
      const copied = await store.backup(to)
      // 20 pictures, one shard, one head, one set of predictions.
      assert.equal(copied.blobs, 23)
      assert.deepEqual(await restoreBackup(to, back), copied)
      await using restored = await opened(back)
      assert.deepEqual(await restored.check(), [])
      assert.deepEqual(await restored.projects.counts('birds'), await store.projects.counts('birds'))
      assert.deepEqual([...(await restored.labels.current('birds')).values()], Array(5).fill(wren))
      assert.equal((await restored.models.predictions('birds', version, ids)).size, 20)
      await store.close()
    })
    it('is of one moment while others go on writing', async () => {
      const { store, wren, ids } = await fullBirds(place())
      const to = folder('backup')
      const until = new AbortController()
      const writing = (async () => {
        for (let i = 0; !until.signal.aborted; i++)
          await store.labels.add('birds', [label(ids[i % 20]!, wren)], `${i}`)
      })()
      await store.backup(to).finally(() => until.abort())
      await writing
      await using copy = await opened(to)
      assert.deepEqual(await copy.check(), [])
      const { position } = await copy.projects.counts('birds')
      assert.ok(position >= 5)
      await store.close()
    })
    it('finds nothing wrong with a sound store', async () => {
      const { store } = await fullBirds(place())
      assert.deepEqual(await store.check(), [])
      await store.close()
    })
  })
}

test('a backup refuses a folder with something in it', async () => {
  const { store } = await withBirds(':memory:')
  const to = folder('backup')
  writeFileSync(path.join(to, 'mine.txt'), 'mine')
  await assert.rejects(store.backup(to), { kind: 'already-there', message: /a new or an empty folder/ })
  assert.deepEqual(readdirSync(to), ['mine.txt'])
  await store.close()
})
test('a restore refuses what is no backup', async () => {
  const [from, to] = [folder('none'), path.join(folder('restored'), 'new')]
  await assert.rejects(restoreBackup(from, to), { kind: 'not-found', message: /no backup in/ })
  assert.equal(existsSync(to), false)
})
test('the check names a blob that is gone and one whose bytes changed', async () => {
  const place = folder('damaged')
  const { store, ids } = await fullBirds(place)
  const [gone, changed] = await store.images.byIds('birds', ids)
  const fileOf = (hash: string) => path.join(place, 'blobs', hash.slice(0, 2), hash)
  rmSync(fileOf(gone!.hash))
  writeFileSync(fileOf(changed!.hash), 'another picture')
  const faults = await store.check()
  assert.ok(faults.some((fault) => fault.includes(`"${gone!.name}"`) && fault.includes('no blob')))
  assert.ok(
    faults.some((fault) => fault.includes(`"${changed!.name}"`) && fault.includes('not what they were')),
  )
  await assert.rejects(store.backup(path.join(folder('backup'), 'new')), /no blob|damaged/)
  await store.close()
})
test('a backup goes on when predictions are replaced under it', async () => {
  const place = folder('passing')
  const { store, wren, ids, version } = await fullBirds(place)
  const to = path.join(folder('backup'), 'new')
  const until = new AbortController()
  const replacing = (async () => {
    for (let i = 1; !until.signal.aborted; i++) {
      await store.models.setPredictions('birds', version, inOne(ids.map((id) => guess(id, wren, 1 / i))))
    }
  })()
  await store.backup(to).finally(() => until.abort())
  await replacing
  await using copy = await opened(to)
  assert.deepEqual(await copy.check(), [])
  assert.deepEqual(await store.check(), [])
  await store.close()
})
test('a backup that fails leaves nothing in the way of the next', async () => {
  const { store } = await withBirds(folder('broken'))
  await store.images.add('birds', [image(1)], 2)
  const to = path.join(folder('backup'), 'new')
  await assert.rejects(store.backup(to), { kind: 'not-found', message: /no blob/ })
  assert.equal(existsSync(to), false)
  await store.close()
})
