import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ImageId, Prediction } from '../../src/base/index.ts'
import type { PageRequest, Store } from '../../src/store/index.ts'
import { addImages, addModel, drivers, guess, image, inOne, label, withBirds } from './drivers.ts'

/** Every page until the last, with a check that each is full but that one. */
async function pagesOf(store: Store, of: PageRequest) {
  const pages = []
  for (let after: string | undefined; ;) {
    const page = await store.images.page('birds', { ...of, ...(after && { after }) })
    pages.push(...page.images)
    if (page.next === null) return pages
    assert.equal(page.images.length, of.size, 'only the last page may be short')
    after = page.next
  }
}
const idsOf = (images: readonly { readonly id: ImageId }[]) => images.map((one) => one.id)

/** 25 images: the first 20 guessed, 0 to 9 as wren, the later the less sure. */
async function guessedBirds(place: string) {
  const birds = await withBirds(place)
  const ids = await addImages(birds.store, 25)
  const { version } = await addModel(birds.store, 'first')
  const guesses = ids.slice(0, 20).map((id, i) => guess(id, i < 10 ? birds.wren : birds.robin, 1 - i / 20))
  await birds.store.models.setPredictions('birds', version, inOne<Prediction>(guesses))
  return { ...birds, ids, version, guesses }
}

for (const { kept, place } of drivers) {
  describe(`pages of images kept ${kept}`, () => {
    it('gives every image once, in the order added', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 25)
      for (const size of [1, 7, 25, 26]) assert.deepEqual(idsOf(await pagesOf(store, { size })), ids)
      await store.close()
    })
    it('begins in the middle, whatever the filter, and goes on from there', async () => {
      const { store, wren } = await withBirds(place())
      const ids = await addImages(store, 25)
      const page = (of: Omit<PageRequest, 'size'>) => store.images.page('birds', { size: 4, ...of })
      const { images, next } = await page({ at: 11 })
      assert.deepEqual(idsOf(images), ids.slice(11, 15))
      assert.deepEqual(idsOf((await page({ after: next! })).images), ids.slice(15, 19))
      await store.labels.add(
        'birds',
        ids.slice(10).map((id) => label(id, wren)),
        'a',
      )
      assert.deepEqual(idsOf((await page({ at: 0 })).images), ids.slice(0, 4))
      assert.deepEqual(idsOf((await page({ at: 13, labelled: true })).images), ids.slice(23))
      assert.deepEqual(idsOf((await page({ at: 1, text: '2.jpg' })).images), [ids[12], ids[22]])
      assert.deepEqual(await page({ at: 25 }), { images: [], next: null })
      await store.close()
    })
    it('begins in the middle behind windows of 10,000', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 20_005)
      for (const at of [9_999, 10_000, 20_001]) {
        const { images } = await store.images.page('birds', { size: 2, at })
        assert.deepEqual(idsOf(images), ids.slice(at, at + 2))
      }
      await store.close()
    })
    it('begins in no middle of an order by guesses', async () => {
      const { store, version } = await guessedBirds(place())
      const asked = store.images.page('birds', { size: 2, at: 3, order: 'unsure first', guess: { version } })
      await assert.rejects(asked, { kind: 'bad-input', message: /in the order added alone/ })
      await store.close()
    })
    it('has no next page when the last one is exactly full', async () => {
      const { store } = await withBirds(place())
      await addImages(store, 5)
      assert.equal((await store.images.page('birds', { size: 5 })).next, null)
      await store.close()
    })
    it('goes on behind an image added meanwhile', async () => {
      const { store } = await withBirds(place())
      await addImages(store, 4)
      const { next } = await store.images.page('birds', { size: 3 })
      const { ids } = await store.images.add('birds', [image(50)], 9)
      const { images } = await store.images.page('birds', { size: 3, after: next! })
      assert.deepEqual(idsOf(images).at(-1), ids[0])
      await store.close()
    })
    it('narrows by split, label, class and text, alone and together', async () => {
      const { store, wren, robin } = await withBirds(place())
      const ids = await addImages(store, 25)
      const named = [label(ids[1]!, wren), label(ids[11]!, wren), label(ids[2]!, robin)]
      await store.labels.add('birds', named, 'a')
      const found = async (of: Partial<PageRequest>) => idsOf(await pagesOf(store, { size: 2, ...of }))
      assert.deepEqual(await found({ labelled: true }), [ids[1], ids[2], ids[11]])
      assert.equal((await found({ labelled: false })).length, 22)
      assert.deepEqual(await found({ class: wren, text: '11.J' }), [ids[11]])
      assert.deepEqual(await found({ text: '%' }), [])
      const gold = await found({ split: 'test' })
      const goldImages = await store.images.byIds('birds', gold)
      assert.ok(goldImages.every((one) => one.split === 'test'))
      assert.equal(gold.length, (await store.projects.counts('birds')).bySplit.test.images)
      assert.deepEqual(
        [...(await store.images.ids('birds', { labelled: true }))],
        await found({ labelled: true }),
      )
      await store.close()
    })
    it('shows the unsure first, and behind them those that were not guessed', async () => {
      const { store, ids, version } = await guessedBirds(place())
      const unsure = await pagesOf(store, { size: 4, order: 'unsure first', guess: { version } })
      assert.deepEqual(idsOf(unsure), [...ids.slice(0, 20).toReversed(), ...ids.slice(20)])
      assert.equal(unsure.at(-1)!.guess, null)
      await store.close()
    })
    it('gives each image what was guessed of it', async () => {
      const { store, ids, version, guesses } = await guessedBirds(place())
      const { images } = await store.images.page('birds', { size: 25, guess: { version } })
      assert.deepEqual(
        images.map((one) => one.guess),
        [...guesses, null, null, null, null, null],
      )
      const some = await store.models.predictions('birds', version, [ids[3]!, ids[24]!])
      assert.deepEqual([...some], [[ids[3], guesses[3]]])
      await store.close()
    })
    it('narrows by what was guessed and how surely', async () => {
      const { store, ids, version, wren } = await guessedBirds(place())
      const of = { version, class: wren, confidenceMax: 0.9 }
      const inAll = async (more: Partial<PageRequest>) =>
        idsOf(await pagesOf(store, { size: 3, guess: of, ...more }))
      assert.deepEqual(await inAll({}), ids.slice(4, 10))
      assert.deepEqual(await inAll({ order: 'unsure first' }), ids.slice(4, 10).toReversed())
      assert.deepEqual(await inAll({ text: '5.jpg' }), [ids[5]])
      assert.deepEqual([...(await store.images.ids('birds', { guess: of }))], ids.slice(4, 10))
      await store.close()
    })
    it('keeps its place when the predictions are replaced between two pages', async () => {
      const { store, ids, version, guesses } = await guessedBirds(place())
      const of = { size: 5, order: 'unsure first', guess: { version } } as const
      const first = await store.images.page('birds', of)
      await store.models.setPredictions('birds', version, inOne<Prediction>(guesses.slice(5)))
      const second = await store.images.page('birds', { ...of, after: first.next! })
      assert.deepEqual(idsOf(second.images), ids.slice(10, 15).toReversed())
      await store.close()
    })
    it('refuses to begin after something that is no place', async () => {
      const { store } = await withBirds(place())
      await assert.rejects(store.images.page('birds', { size: 5, after: '1; drop' }), { kind: 'bad-input' })
      await store.close()
    })
  })
}
