import assert from 'node:assert/strict'
import { readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import { matrix, rowOf } from '../../src/math/index.ts'
import type { Store } from '../../src/store/index.ts'
import { addImages, addModel, drivers, folder, guess, inOne } from './drivers.ts'
import { project, takeBirds, textOf, withBirds } from './drivers.ts'

const { signal } = new AbortController()
/** Everything is old enough. */
const tidied = (store: Store) => store.tidy({ before: Infinity, signal })
const nothing = { blobs: 0, bytes: 0, packs: 0, shards: 0 }

for (const { kept, place } of drivers) {
  describe(`tidying a store kept ${kept}`, () => {
    it('finds nothing to do where all is named', async () => {
      const { store, wren } = await withBirds(place())
      const { ids } = await takeBirds(store, ['wren', 'robin'])
      const { version } = await addModel(store, 'a')
      await store.models.setPredictions('birds', version, inOne(ids.map((id) => guess(id, wren, 0.5))))
      await store.embeddings.addShard('birds', 'builtin', { ids, rows: matrix(2, 4) })
      await store.settings.set('clusters', await store.blobs.put(Buffer.from('clusters')))
      assert.deepEqual(await tidied(store), nothing)
      assert.deepEqual(await store.check(), [])
      await store.close()
    })
    it('frees what a removed project left, and nothing that another shares', async () => {
      const { store } = await withBirds(place())
      await takeBirds(store, ['wren'])
      await store.projects.create({ ...project, name: 'fish', at: 7 })
      const { ids, hashes } = await takeBirds(store, ['wren', 'pike'], { to: 'fish' })
      await store.embeddings.addShard('fish', 'builtin', { ids, rows: matrix(2, 4) })
      const clusters = await store.blobs.put(Buffer.from('clusters of fish'))
      await store.settings.set('clusters of fish of 7', clusters)
      await store.projects.remove('fish')
      const freed = await tidied(store)
      // pike, the shard and the clusters; the pack held wren a second time.
      assert.equal(freed.blobs, 3)
      assert.ok(freed.bytes > 'wrenpikeclusters of fish'.length)
      assert.equal(await store.blobs.has(hashes[1]!), false)
      assert.equal(await textOf(store, hashes[0]!), 'wren')
      assert.deepEqual([await tidied(store), await store.check()], [nothing, []])
      await store.close()
    })
    it('writes a pack that is mostly dead anew, and one that is half alive not', async () => {
      const { store } = await withBirds(place())
      const mostly = await takeBirds(store, ['wren', 'nobody names this'], { named: 1 })
      const half = await takeBirds(store, ['robin', 'crow'], { named: 1 })
      const { packs, bytes, blobs } = await tidied(store)
      assert.deepEqual({ packs, bytes, blobs }, { packs: 1, bytes: 'nobody names this'.length, blobs: 2 })
      assert.equal(await textOf(store, mostly.hashes[0]!), 'wren')
      assert.equal(await textOf(store, half.hashes[0]!), 'robin')
      assert.deepEqual([await tidied(store), await store.check()], [nothing, []])
      await store.close()
    })
    it('keeps young files, which may be on their way to a row', async () => {
      const { store } = await withBirds(place())
      const hash = await store.blobs.put(Buffer.from('a head'))
      assert.deepEqual(await store.tidy({ before: 0, signal }), nothing)
      assert.equal(await store.blobs.has(hash), true)
      await store.close()
    })
    it('merges small shards, whole and in their order, up to 16,384 rows', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 16_390)
      const add = (some: readonly ImageId[]) => {
        const rows = matrix(
          some.length,
          2,
          Float32Array.from({ length: 2 * some.length }, (_, i) => i % 2048),
        )
        return store.embeddings.addShard('birds', 'builtin', { ids: some, rows })
      }
      for (const [from, to] of [
        [0, 5],
        [5, 8000],
        [8000, 8003],
        [8003, 16_390],
      ])
        await add(ids.slice(from, to))
      assert.equal((await tidied(store)).shards, 3)
      const shards = []
      for await (const shard of store.embeddings.shards('birds', 'builtin')) shards.push(shard)
      assert.deepEqual(
        shards.map(({ ids: some }) => some.length),
        [8387, 8003],
      )
      assert.deepEqual([...shards[1]!.ids], ids.slice(0, 8003))
      assert.deepEqual([...rowOf(shards[1]!.rows, 6)], [2, 3])
      assert.equal(await store.embeddings.count('birds', 'builtin'), 16_390)
      assert.deepEqual(await store.embeddings.missing('birds', 'builtin', 9), [])
      assert.equal((await tidied(store)).shards, 0)
      await store.close()
    })
    it('gives each embedding once to who reads while shards are merged', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 6)
      for (const id of ids) {
        await store.embeddings.addShard('birds', 'builtin', {
          ids: [id],
          rows: matrix(1, 1, Float32Array.of(id)),
        })
      }
      const read: number[][] = []
      for await (const shard of store.embeddings.shards('birds', 'builtin')) {
        for (const [i, id] of shard.ids.entries()) read.push([id, rowOf(shard.rows, i)[0]!])
        if (read.length === 2) await tidied(store)
      }
      assert.deepEqual(
        read,
        ids.map((id) => [id, id]),
      )
      await store.close()
    })
  })
}

describe('files that no row names', () => {
  it('go when they are old: half written ones, and packs that nobody lived to name', async () => {
    const place = folder('strays')
    const { store } = await withBirds(place)
    await takeBirds(store, ['wren'])
    for (const where of ['aside', 'packs']) writeFileSync(path.join(place, 'blobs', where, 'left'), 'left')
    const kept = path.join(place, 'blobs', 'mine.txt')
    writeFileSync(kept, 'mine')
    assert.deepEqual(await tidied(store), { ...nothing, bytes: 8 })
    assert.equal(readdirSync(path.join(place, 'blobs', 'packs')).length, 1)
    assert.equal(statSync(kept).size, 4)
    await store.close()
  })
  it('that were put again are young again', async () => {
    const place = folder('strays')
    const { store } = await withBirds(place)
    const hash = await store.blobs.put(Buffer.from('a head'))
    const file = path.join(place, 'blobs', hash.slice(0, 2), hash)
    const before = statSync(file).mtimeMs + 1
    await new Promise((resolve) => setTimeout(resolve, 20))
    await store.blobs.put(Buffer.from('a head'))
    assert.deepEqual(await store.tidy({ before, signal }), nothing)
    await store.close()
  })
})
