import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { annotate, methodNames, picturesOf, type Clusters, type Space } from '../../src/cluster/index.ts'
import { matrix, rowsOf, shuffleInto, randomFrom } from '../../src/math/index.ts'
import { scene, shareRight, toolsOf } from './scenes.ts'

const seeds = fc.integer({ min: 1, max: 1_000_000 })
const few = { numRuns: 8 }

/** The images in another order: the row that was at order[i] comes to i. */
function turned(space: Space, order: Int32Array): Space {
  const images = rowsOf(space.images, order)
  const joint = space.joint === space.images ? images : space.joint && rowsOf(space.joint, order)
  const examples = new Map<number, number>()
  for (const [i, from] of order.entries())
    if (space.examples.has(from)) examples.set(i, space.examples.get(from)!)
  return { ...space, images, joint, examples }
}

describe('every method', () => {
  for (const method of methodNames) {
    it(`${method} gives permuted answers to permuted images`, async () => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const { space, truth } = scene({ images: 90, wide: 12, seed, spread: 0.7 })
          const order = shuffleInto(
            Int32Array.from({ length: 90 }, (_, i) => i),
            randomFrom(seed),
          )
          // Clusters are handed in: those that chance finds depend on the order.
          const micro = truth.map((its, i) => 3 * its + (i % 3))
          const meta = truth.map((its) => its >> 1)
          const clusters: Clusters = { micro, meta }
          const there: Clusters = { micro: order.map((i) => micro[i]!), meta: order.map((i) => meta[i]!) }
          const straight = await annotate(space, { method, clusters }, toolsOf(1))
          const other = await annotate(turned(space, order), { method, clusters: there }, toolsOf(1))
          const same = order.reduce(
            (n, from, i) => n + Number(straight.classOf[from] === other.classOf[i]),
            0,
          )
          // Sums in another order round otherwise: a tie may fall the other way.
          assert.ok(same >= 89, `${same} of 90 have the same class`)
        }),
        few,
      )
    })

    it(`${method} gives the same bytes for the same seed`, async () => {
      const { space } = scene({ images: 120, wide: 12, spread: 1.2 })
      const once = await annotate(space, { method }, toolsOf(7))
      const again = await annotate(space, { method }, toolsOf(7))
      assert.deepEqual(once.classOf, again.classOf)
      assert.deepEqual(once.confidence, again.confidence)
    })

    it(`${method} knows one class only where there is one only`, async () => {
      const { space } = scene({ images: 20, classes: 1 })
      const found = await annotate(space, { method }, toolsOf(1))
      assert.ok(found.classOf.every((its) => its === 0))
      assert.ok(found.runnerUp.every((its) => its === -1))
      assert.ok(found.confidence.every((c) => Math.abs(c - 1) < 1e-6))
    })

    it(`${method} takes one cluster, no cluster, and as many clusters as images`, async () => {
      const { space, truth } = scene({ images: 60, wide: 12, spread: 0.4, error: 0.4 })
      const kinds = {
        one: { micro: new Int32Array(60), meta: null },
        'one above': { micro: truth, meta: new Int32Array(60) },
        noise: { micro: new Int32Array(60).fill(-1), meta: null },
        own: { micro: Int32Array.from(truth.keys()), meta: truth },
      }
      for (const [name, clusters] of Object.entries(kinds)) {
        const found = await annotate(space, { method, clusters }, toolsOf(1))
        const right = shareRight(found.classOf, truth)
        assert.ok(right > 0.8, `${name}: ${right} right`)
        assert.ok(found.prototypes.data.every(Number.isFinite))
      }
    })

    it(`${method} starts from two examples a class`, async () => {
      const { space, truth } = scene({ images: 200, spread: 1 })
      const examples = new Map([...truth].map((its, i) => [i, its] as const).filter(([i]) => i % 34 < 2))
      const found = await annotate({ ...space, joint: null, text: null, examples }, { method }, toolsOf(1))
      const right = shareRight(found.classOf, truth)
      assert.ok(right > 0.85, `${right} right`)
      for (const [image, its] of examples) {
        assert.equal(found.classOf[image], its)
        assert.equal(found.confidence[image], 1)
      }
    })
  }
})

it('what images look like may be handed in, and labels stay as they are', async () => {
  const { space } = scene({ images: 120, wide: 12, spread: 1.2 })
  const pictures = await picturesOf(space.images, toolsOf(1))
  for (const method of ['mixture', 'spreading'] as const) {
    const found = await annotate(space, { method }, toolsOf(1))
    const again = await annotate(space, { method, pictures }, toolsOf(1))
    assert.deepEqual(found.classOf, again.classOf)
    assert.deepEqual(found.prototypes, again.prototypes)
  }
})

describe('a class of whose name nothing is known is given to no image', () => {
  const { space } = scene({ images: 60, classes: 4, wide: 9 })
  const text = matrix(4, 9, space.text!.data.slice())
  text.data.fill(0, 9, 18)
  for (const method of methodNames) {
    for (const temperature of [0.3, 20]) {
      it(`${method}, at a temperature of ${temperature}`, async () => {
        const { classOf } = await annotate({ ...space, text }, { method, temperature }, toolsOf(1))
        assert.ok(!classOf.includes(1))
      })
    }
  }
})

describe('annotate refuses', () => {
  const { space } = scene({ images: 30, classes: 3, wide: 5 })
  const changed = (at: number, value: number, m = space.images) =>
    matrix(
      m.rows,
      m.columns,
      m.data.map((x, i) => (i === at ? value : x)),
    )
  const zeroRow = matrix(
    30,
    32,
    space.images.data.map((x, i) => (i >= 64 && i < 96 ? 0 : x)),
  )
  const wrong: Readonly<Record<string, readonly [Partial<Space>, RegExp]>> = {
    NaN: [{ images: changed(3 * 32 + 1, NaN) }, /finite, and row 3 of the image embeddings has NaN/],
    infinity: [{ joint: changed(7, Infinity, space.joint!) }, /row 1 of the images in the joint.* Infinity/],
    'a row of zeros': [{ images: zeroRow }, /row 2 of the image embeddings is all zeros/],
    'another number of rows': [{ joint: matrix(29, 5) }, /a row for each image: 30, not 29/],
    'another number of names': [{ text: matrix(2, 5) }, /a row for each class: 3, not 2/],
    'text of another space': [{ text: matrix(3, 7) }, /text is 7 wide, the images are 5 wide/],
    'names of which nothing is known': [
      { text: matrix(3, 5) },
      /needs a direction, and all of them are zeros/,
    ],
    'text without a space': [{ joint: null }, /not given there/],
    'no classes': [{ classNames: [] }, /the list of classes is empty/],
    'a class named twice': [{ classNames: ['dog', 'cat', 'dog'] }, /"dog" is named twice/],
    'neither names nor examples': [{ text: null, joint: null }, /from class names or from examples/],
    'an example of no class': [{ examples: new Map([[0, 3]]) }, /0 to 2, not 3/],
    'an example of no image': [{ examples: new Map([[30, 0]]) }, /rows 0 to 29, not 30/],
    'no images': [{ images: matrix(0, 32), joint: matrix(0, 5) }, /at least one image/],
  }
  for (const [what, [part, says]] of Object.entries(wrong)) {
    it(what, async () => {
      await assert.rejects(annotate({ ...space, ...part }, {}, toolsOf(1)), says)
    })
  }
  it('clusters of another number of images', async () => {
    const clusters = { micro: new Int32Array(29), meta: null }
    await assert.rejects(annotate(space, { clusters }, toolsOf(1)), /a number for each image: 30, not 29/)
  })
})

describe('wide images with examples are seen along the directions in which they differ most', () => {
  it('pictures that are handed in give the same labels', async () => {
    const { space, truth } = scene({ images: 300, width: 160, spread: 0.5 })
    const shown = { ...space, joint: null, text: null, examples: examplesOf(truth) }
    const pictures = await picturesOf(shown.images, toolsOf(1))
    const found = await annotate(shown, {}, toolsOf(1))
    const again = await annotate(shown, { pictures }, toolsOf(1))
    assert.deepEqual(found.classOf, again.classOf)
    const right = shareRight(found.classOf, truth)
    assert.ok(right > 0.95, `${right} right`)
  })

  it('images that are all the same leave numbers, not holes', async () => {
    const { space, truth } = scene({ images: 300, width: 160 })
    const images = matrix(
      300,
      160,
      space.images.data.map((_, i) => Number(i % 160 === 0)),
    )
    const found = await annotate(
      { ...space, images, joint: null, text: null, examples: examplesOf(truth) },
      {},
      toolsOf(1),
    )
    assert.ok(found.confidence.every((x) => x >= 0 && x <= 1))
    assert.ok(found.prototypes.data.every(Number.isFinite))
  })
})

/** The first image of each class. */
const examplesOf = (truth: Int32Array): ReadonlyMap<number, number> =>
  new Map([...new Set(truth)].map((its) => [truth.indexOf(its), its]))
