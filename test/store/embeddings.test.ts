import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ImageId } from '../../src/base/index.ts'
import { matrix, rowOf, rowsOf, type Matrix } from '../../src/math/index.ts'
import type { Store } from '../../src/store/index.ts'
import { addImages, drivers, project, withBirds } from './drivers.ts'

/** Row i holds i, i/2 and i/4: exact in float16. */
const rowsOfIds = (ids: readonly ImageId[]): Matrix =>
  matrix(
    ids.length,
    3,
    Float32Array.from({ length: 3 * ids.length }, (_, i) => ids[Math.floor(i / 3)]! / 2 ** (i % 3)),
  )

async function shardsOf(store: Store) {
  const shards = []
  for await (const shard of store.embeddings.shards('birds', 'builtin')) shards.push(shard)
  return shards
}

for (const { kept, place } of drivers) {
  describe(`embeddings kept ${kept}`, () => {
    it('gives a shard back row by row', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 5)
      await store.embeddings.addShard('birds', 'builtin', {
        ids: ids.toReversed(),
        rows: rowsOfIds(ids.toReversed()),
      })
      const [shard] = await shardsOf(store)
      assert.deepEqual([...shard!.ids], ids.toReversed())
      assert.deepEqual(shard!.rows, rowsOfIds(ids.toReversed()))
      await store.close()
    })
    it('names the images an encoder has not seen, ascending and at most so many', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 6)
      const missing = async (encoder: string, limit: number) =>
        (await store.embeddings.missing('birds', encoder, limit)).map((one) => one.id)
      assert.deepEqual(await missing('builtin', 4), ids.slice(0, 4))
      const some = [ids[0]!, ids[1]!, ids[4]!]
      await store.embeddings.addShard('birds', 'builtin', { ids: some, rows: rowsOfIds(some) })
      assert.deepEqual(await missing('builtin', 9), [ids[2], ids[3], ids[5]])
      assert.deepEqual(await missing('resnet50', 9), ids)
      const later = await store.images.add('birds', [], 9)
      assert.deepEqual([later.added, await missing('builtin', 1)], [0, [ids[2]]])
      await store.close()
    })
    it('leaves out the rows that are there already, and repeats within a shard', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 4)
      const add = (some: readonly ImageId[]) =>
        store.embeddings.addShard('birds', 'builtin', { ids: some, rows: rowsOfIds(some) })
      await add(ids.slice(0, 2))
      await add([...ids, ids[3]!])
      await add(ids)
      assert.equal(await store.embeddings.count('birds', 'builtin'), 4)
      const shards = await shardsOf(store)
      assert.deepEqual(
        shards.map((shard) => [...shard.ids]),
        [ids.slice(0, 2), ids.slice(2)],
      )
      assert.deepEqual(shards[1]!.rows, rowsOf(rowsOfIds(ids), [2, 3]))
      await store.close()
    })
    it('cuts more than 16,384 rows into shards of that', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 16_390)
      await store.embeddings.addShard('birds', 'builtin', { ids, rows: matrix(ids.length, 1) })
      const shards = await shardsOf(store)
      assert.deepEqual(
        shards.map((shard) => shard.rows.rows),
        [16_384, 6],
      )
      assert.deepEqual(await store.embeddings.missing('birds', 'builtin', 9), [])
      await store.close()
    })
    it('counts nothing for an encoder that has done nothing', async () => {
      const { store } = await withBirds(place())
      assert.equal(await store.embeddings.count('birds', 'builtin'), 0)
      assert.deepEqual(await shardsOf(store), [])
      await store.close()
    })
    it('refuses images of another project', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 1)
      await store.projects.create({ ...project, name: 'fish' })
      const added = store.embeddings.addShard('fish', 'builtin', { ids, rows: rowsOfIds(ids) })
      await assert.rejects(added, { kind: 'not-found', message: /1 of 1 images/ })
      await store.close()
    })
    it('rounds to float16, about three digits', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 1)
      await store.embeddings.addShard('birds', 'builtin', {
        ids,
        rows: matrix(1, 2, Float32Array.of(0.1, -1.0001)),
      })
      const [shard] = await shardsOf(store)
      assert.deepEqual(rowOf(shard!.rows, 0), Float32Array.of(0.0999755859375, -1))
      await store.close()
    })
  })
}
