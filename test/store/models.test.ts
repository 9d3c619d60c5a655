import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Prediction, Version } from '../../src/base/index.ts'
import { addImages, addModel, card, drivers, guess, inOne, withBirds } from './drivers.ts'

for (const { kept, place } of drivers) {
  describe(`models kept ${kept}`, () => {
    it('numbers versions 1, 2, 3 and gives them back', async () => {
      const { store } = await withBirds(place())
      assert.equal(await store.models.latest('birds'), undefined)
      const first = await addModel(store, 'a')
      const second = await addModel(store, 'b')
      assert.deepEqual([first.version, second.version], [1, 2])
      assert.deepEqual(first.card, card)
      assert.deepEqual(await store.models.list('birds'), [first, second])
      assert.deepEqual(await store.models.get('birds', first.version), first)
      assert.deepEqual(await store.models.latest('birds'), second)
      await store.close()
    })
    it('gives the version it gave before when the same key comes again', async () => {
      const { store } = await withBirds(place())
      const first = await addModel(store, 'a')
      await addModel(store, 'b')
      assert.deepEqual(await addModel(store, 'a'), first)
      await store.close()
    })
    it('says which versions there are when one is unknown', async () => {
      const { store } = await withBirds(place())
      const get = (version: number) => store.models.get('birds', version as Version)
      await assert.rejects(get(1), { kind: 'not-found', message: /no version 1: there are none yet/ })
      await addModel(store, 'a')
      await assert.rejects(get(7), { message: /no version 7: there are 1 to 1/ })
      await store.close()
    })
    it('replaces the figures and nothing else of a card', async () => {
      const { store } = await withBirds(place())
      const { version } = await addModel(store, 'a')
      await store.models.setFigures('birds', version, { accuracy: 0.9 })
      const { card: now } = await store.models.get('birds', version)
      assert.deepEqual(now, { ...card, figures: { accuracy: 0.9 } })
      await store.close()
    })
    it('points an alias and keeps every change of it', async () => {
      const { store } = await withBirds(place())
      assert.equal(await store.models.alias('birds', 'champion'), undefined)
      const [a, b] = [await addModel(store, 'a'), await addModel(store, 'b')]
      for (const [i, model] of [a, b, a].entries()) {
        await store.models.point('birds', 'champion', model.version, 10 + i)
      }
      assert.deepEqual(await store.models.alias('birds', 'champion'), a)
      const history = await store.models.aliasHistory('birds', 'champion')
      assert.deepEqual(history, [
        { version: 1, at: 10 },
        { version: 2, at: 11 },
        { version: 1, at: 12 },
      ])
      assert.equal(await store.models.alias('birds', 'challenger'), undefined)
      await assert.rejects(store.models.point('birds', 'champion', 9 as Version, 13), { kind: 'not-found' })
      await store.close()
    })
    it('keeps the predictions of two versions apart, and replaces all of one', async () => {
      const { store, wren, robin } = await withBirds(place())
      const ids = await addImages(store, 3)
      const [a, b] = [await addModel(store, 'a'), await addModel(store, 'b')]
      const set = (version: Version, all: readonly Prediction[]) =>
        store.models.setPredictions('birds', version, inOne(all))
      await set(
        a.version,
        ids.map((id) => guess(id, wren, 0.25)),
      )
      await set(
        b.version,
        ids.map((id) => guess(id, robin, 0.75)),
      )
      await set(a.version, [guess(ids[1]!, robin, 0.1)])
      const [ofA, ofB] = [a, b].map((m) => store.models.predictions('birds', m.version, ids))
      assert.deepEqual([...(await ofA!)], [[ids[1], guess(ids[1]!, robin, 0.1)]])
      assert.deepEqual(
        [...(await ofB!).values()].map((p) => p.class),
        [robin, robin, robin],
      )
      await store.close()
    })
    it('sorts predictions that come in any order, the last of an image holding', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      const { version } = await addModel(store, 'a')
      const given = [guess(b!, wren, 0.5), guess(a!, wren, 0.5), guess(b!, robin, 0.25)]
      await store.models.setPredictions('birds', version, inOne(given))
      assert.deepEqual(
        [...(await store.models.predictions('birds', version, [a!, b!])).values()],
        [given[1], given[2]],
      )
      await store.close()
    })
    it('has no predictions where none were set', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 1)
      const { version } = await addModel(store, 'a')
      assert.equal((await store.models.predictions('birds', version, ids)).size, 0)
      const { images } = await store.images.page('birds', { size: 5, order: 'unsure first' })
      assert.deepEqual(
        images.map((one) => one.guess),
        [null],
      )
      await store.close()
    })
    it('drops the predictions of versions long past, but never of one that an alias names', async () => {
      const { store, wren } = await withBirds(place())
      const [id] = await addImages(store, 1)
      for (let i = 0; i < 40; i++) {
        const { version } = await addModel(store, `${i}`)
        if (version === 2) await store.models.point('birds', 'champion', version, 9)
        await store.models.setPredictions('birds', version, inOne([guess(id!, wren, i / 40)]))
      }
      const has = async (version: number) =>
        (await store.models.predictions('birds', version as Version, [id!])).size === 1
      assert.deepEqual(
        [await has(1), await has(2), await has(3), await has(20), await has(40)],
        [false, true, false, true, true],
      )
      await store.close()
    })
  })
}
