import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { splits, type Image, type ImageId } from '../../src/base/index.ts'
import type { NewImage, Store } from '../../src/store/index.ts'
import {
  addImages,
  drivers,
  farFingerprint,
  hashOf,
  image,
  label,
  opened,
  project,
  rowFaults,
  withBirds,
} from './drivers.ts'

const flipped = (fingerprint: string, bits: readonly number[]): string => {
  const turned = bits.reduce((mask, bit) => mask ^ (1n << BigInt(bit)), BigInt(`0x${fingerprint}`))
  return turned.toString(16).padStart(16, '0')
}
const all = async (store: Store): Promise<readonly Image[]> =>
  await store.images.byIds('birds', [...(await store.images.ids('birds', {}))] as ImageId[])
const shares = { train: 0.8, validation: 0.1, test: 0.1 }

for (const { kept, place } of drivers) {
  describe(`images kept ${kept}`, () => {
    it('gives an image back as it was added', async () => {
      const { store } = await withBirds(place())
      const { ids } = await store.images.add('birds', [image(1, { group: 'nest' })], 9)
      const { fingerprint: _, ...said } = image(1, { group: 'nest' })
      const found = await store.images.get('birds', ids[0]!)
      assert.deepEqual(found, {
        ...said,
        id: ids[0],
        nearTo: null,
        split: found.split,
        label: null,
        addedAt: 9,
      })
      await store.close()
    })
    it('recognises the same bytes, within one call and later', async () => {
      const { store } = await withBirds(place())
      const first = await store.images.add('birds', [image(1), image(2), image(1, { name: 'copy.jpg' })], 9)
      assert.deepEqual([first.added, first.alreadyThere, first.ids[2]], [2, 1, first.ids[0]])
      const again = await store.images.add('birds', [image(2), image(3)], 10)
      assert.deepEqual([again.added, again.alreadyThere, again.ids[0]], [1, 1, first.ids[1]])
      const known = await store.images.known('birds', [hashOf(1), hashOf(99)])
      assert.deepEqual([...known], [[hashOf(1), first.ids[0]]])
      await store.close()
    })
    it('keeps the images of two projects apart', async () => {
      const { store } = await withBirds(place())
      await store.projects.create({ ...project, name: 'fish' })
      const [bird] = await addImages(store, 1)
      const { added, ids } = await store.images.add('fish', [image(0)], 9)
      assert.equal(added, 1)
      await assert.rejects(store.images.get('fish', bird!), {
        kind: 'not-found',
        message: /no image 1 in "fish"/,
      })
      assert.deepEqual(await store.images.byIds('birds', [...ids, bird!]), [
        await store.images.get('birds', bird!),
      ])
      await store.close()
    })
    it('marks the first image that a new one nearly equals: up to 3 of 64 bits', async () => {
      const { store } = await withBirds(place())
      const near = (i: number, bits: readonly number[]) =>
        image(i, { fingerprint: flipped(farFingerprint(0), bits) })
      const { ids, nearDuplicates } = await store.images.add(
        'birds',
        [image(0), near(1, []), near(2, [0, 20, 40]), near(3, [5, 25, 45, 63])],
        9,
      )
      const found = await store.images.byIds('birds', ids)
      assert.deepEqual(
        found.map((one) => one.nearTo),
        [null, ids[0], ids[0], null],
      )
      assert.equal(nearDuplicates, 2)
      await store.close()
    })
    it('finds every pair of near fingerprints, wherever the bits differ', async () => {
      const bits = fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { minLength: 0, maxLength: 3 })
      const { store } = await withBirds(place())
      let i = 0
      await fc.assert(
        fc.asyncProperty(bits, async (differing) => {
          const first = image(i++)
          const second = image(i++, { fingerprint: flipped(first.fingerprint, differing) })
          const { ids } = await store.images.add('birds', [first, second], 9)
          assert.equal((await store.images.get('birds', ids[1]!)).nearTo, ids[0])
        }),
        { numRuns: 40 },
      )
      await store.close()
    })
    it('draws the splits by their shares, and the same ones for the same seed in any order', async () => {
      await using store = await opened(place())
      const images = Array.from({ length: 2000 }, (_, i) => image(i))
      const splitsOf = async (name: string, given: readonly NewImage[]) => {
        await store.projects.create({ ...project, name })
        const { ids } = await store.images.add(name, given, 9)
        return new Map((await store.images.byIds(name, ids)).map((one) => [one.hash, one.split]))
      }
      const forwards = await splitsOf('birds', images)
      const backwards = await splitsOf('back', images.toReversed())
      for (const [hash, split] of forwards) assert.equal(backwards.get(hash), split)
      for (const split of splits) {
        const share = [...forwards.values()].filter((one) => one === split).length / images.length
        assert.ok(Math.abs(share - shares[split]) < 0.03, `${split} has ${share} of the images`)
      }
    })
    it('never parts a group or near duplicates, however they come', async () => {
      // Few groups and few fingerprints: most images join something, many join several.
      const newcomer = fc.record({
        group: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { freq: 2 }),
        look: fc.integer({ min: 0, max: 8 }),
        bit: fc.integer({ min: 0, max: 63 }),
      })
      await fc.assert(
        fc.asyncProperty(
          fc.array(newcomer, { minLength: 2, maxLength: 25 }),
          fc.nat(),
          async (newcomers, seed) => {
            await using store = await opened(place())
            await store.projects.create({ ...project, seed, testShare: 0.3, validationShare: 0.3 })
            const images = newcomers.map(({ group, look, bit }, i) =>
              image(i, { group, fingerprint: flipped(farFingerprint(look), [bit]) }),
            )
            const { ids } = await store.images.add('birds', images, 9)
            const found = await store.images.byIds('birds', ids)
            for (const [i, one] of found.entries()) {
              const near = found.find((other) => other.id === one.nearTo)
              if (near) assert.equal(one.split, near.split, 'a near duplicate left its split')
              const family = found.find((other) => other.group !== null && other.group === images[i]!.group)
              if (family) assert.equal(one.split, family.split, 'a group was parted')
            }
            assert.deepEqual(await rowFaults(store), [])
          },
        ),
        { numRuns: kept === 'in memory' ? 40 : 5 },
      )
    })
    it('takes what an image links out of the gold set, never into it', async () => {
      const { store, wren } = await withBirds(place())
      await addImages(store, 60)
      const before = await all(store)
      const gold = before.find((one) => one.split === 'test')!
      const learnt = before.find((one) => one.split === 'train')!
      await store.labels.add('birds', [label(gold.id, wren)], 'a')
      // A group of two, one near the gold image, one near the other: the second links them.
      const near = (id: number, to: ImageId) =>
        image(id, { group: 'burst', fingerprint: flipped(farFingerprint(to - before[0]!.id), [1]) })
      await store.images.add('birds', [near(100, gold.id), near(101, learnt.id)], 9)
      assert.equal((await store.images.get('birds', gold.id)).split, 'train')
      assert.equal((await store.images.get('birds', learnt.id)).split, 'train')
      assert.equal((await store.projects.counts('birds')).bySplit.train.labelled, 1)
      assert.deepEqual(await rowFaults(store), [])
      await store.close()
    })
    it('counts what it holds, and names the newest image', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 50)
      const { images, bySplit, lastImage } = await store.projects.counts('birds')
      const count = async (split: Image['split']) => (await store.images.ids('birds', { split })).length
      assert.deepEqual([images, lastImage], [50, ids.at(-1)])
      for (const split of splits) assert.equal(bySplit[split].images, await count(split))
      await store.close()
    })
  })
}
