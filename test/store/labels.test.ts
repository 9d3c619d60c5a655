import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import type { ClassId, ImageId, Label, LabelOrigin, Position } from '../../src/base/index.ts'
import type { Store } from '../../src/store/index.ts'
import { addImages, drivers, label, opened, project, rowFaults, withBirds } from './drivers.ts'

const current = async (store: Store) => [...(await store.labels.current('birds'))]
const undo = (store: Store, by = 'ann') => store.labels.undo('birds', { by, at: 9 })

for (const { kept, place } of drivers) {
  describe(`labels kept ${kept}`, () => {
    it('gives the ledger back in the order it was written', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      const given = [
        label(a!, wren),
        { ...label(b!, robin), seconds: 1.5 },
        label(a!, robin, { origin: 'correct' }),
      ]
      const position = await store.labels.add('birds', given.slice(0, 2), 'one')
      assert.equal(position, 2)
      await store.labels.add('birds', given.slice(2), 'two')
      const ledger = await store.labels.ledger('birds', 0 as Position, 10)
      const acts = ['one', 'one', 'two']
      assert.deepEqual(
        ledger,
        given.map((one, i) => ({ ...one, position: i + 1, act: acts[i], undoes: null })),
      )
      assert.deepEqual(await store.labels.ledger('birds', 1 as Position, 1), ledger.slice(1, 2))
      assert.deepEqual(await store.labels.history('birds', a!), [ledger[0], ledger[2]])
      await store.close()
    })
    it('holds the last label of each image as the current one', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      await store.labels.add('birds', [label(a!, wren), label(b!, wren), label(a!, robin)], 'one')
      assert.deepEqual(await current(store), [
        [a, robin],
        [b, wren],
      ])
      assert.equal((await store.images.get('birds', a!)).label, robin)
      const { split } = await store.images.get('birds', b!)
      assert.ok((await store.labels.current('birds', { split })).has(b!))
      await store.close()
    })
    it('travels to any position of the past', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a] = await addImages(store, 1)
      await store.labels.add('birds', [label(a!, wren)], 'one')
      await store.labels.add('birds', [label(a!, robin)], 'two')
      await undo(store)
      const at = async (position: number) => (await store.labels.at('birds', position as Position)).get(a!)
      assert.deepEqual([await at(0), await at(1), await at(2), await at(3)], [undefined, wren, robin, wren])
      await store.close()
    })
    it('passes over what was skipped or rejected, until it is labelled', async () => {
      const { store, wren } = await withBirds(place())
      const [a, b, c] = await addImages(store, 3)
      await store.labels.add('birds', [label(c!, wren)], 'one')
      const passed = [label(a!, null, { origin: 'skip' }), label(c!, null, { origin: 'reject' })]
      await store.labels.add('birds', passed, 'two')
      assert.deepEqual([...(await store.labels.skipped('birds'))], [a, c])
      assert.deepEqual(await current(store), [])
      await store.labels.add('birds', [label(a!, wren), label(b!, wren)], 'three')
      assert.deepEqual([...(await store.labels.skipped('birds'))], [c])
      await store.close()
    })
    it('takes a whole act back, and then the one before', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      await store.labels.add('birds', [label(a!, wren)], 'one')
      await store.labels.add('birds', [label(a!, robin), label(b!, robin)], 'two')
      const undone = await undo(store)
      assert.deepEqual(
        undone.map((e) => [e.image, e.class, e.origin, e.undoes]),
        [
          [b, null, 'undo', 3],
          [a, wren, 'undo', 2],
        ],
      )
      assert.deepEqual(await current(store), [[a, wren]])
      await undo(store)
      assert.deepEqual(await current(store), [])
      assert.deepEqual(await undo(store), [])
      await store.close()
    })
    it('takes back one act that was given in several calls', async () => {
      const { store, wren } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      await store.labels.add('birds', [label(a!, wren)], 'stroke')
      await store.labels.add('birds', [label(b!, wren)], 'stroke')
      assert.equal((await undo(store)).length, 2)
      await store.close()
    })
    it('takes back what this person did, and leaves what others said since', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      await store.labels.add('birds', [label(a!, wren), label(b!, wren)], 'one')
      await store.labels.add('birds', [label(a!, robin, { by: 'bob' })], 'two')
      await undo(store, 'ann')
      assert.deepEqual(await current(store), [[a, robin]])
      assert.deepEqual(await undo(store, 'ann'), [])
      assert.equal((await undo(store, '')).length, 1)
      assert.deepEqual(await current(store), [])
      await store.close()
    })
    it('writes nothing when one label of an act is wrong', async () => {
      const { store, wren } = await withBirds(place())
      const [a] = await addImages(store, 1)
      const add = (wrong: Label) => store.labels.add('birds', [label(a!, wren), wrong], 'one')
      await assert.rejects(add(label(99 as ImageId, wren)), {
        kind: 'not-found',
        message: /no image 99 in "birds"/,
      })
      await assert.rejects(add(label(a!, 99 as ClassId)), {
        kind: 'not-found',
        message: /no class with the id 99/,
      })
      await assert.rejects(add(label(a!, wren, { origin: 'undo' })), { kind: 'bad-input' })
      assert.equal((await store.projects.counts('birds')).position, 0)
      assert.deepEqual(await current(store), [])
      await store.close()
    })
    it('takes 10,000 labels in one act', async () => {
      const { store, wren } = await withBirds(place())
      const ids = await addImages(store, 10_000)
      await store.labels.add(
        'birds',
        ids.map((id) => label(id, wren)),
        'all',
      )
      assert.equal((await store.projects.counts('birds')).labelled, 10_000)
      assert.equal((await undo(store)).length, 10_000)
      assert.equal((await store.projects.counts('birds')).labelled, 0)
      await store.close()
    })
    it('keeps the truth apart from the labels', async () => {
      const { store, wren, robin } = await withBirds(place())
      const [a, b] = await addImages(store, 2)
      await store.truth.set(
        'birds',
        new Map([
          [a!, wren],
          [b!, wren],
        ]),
      )
      await store.truth.set('birds', new Map([[b!, robin]]))
      assert.deepEqual(
        [...(await store.truth.all('birds'))],
        [
          [a, wren],
          [b, robin],
        ],
      )
      assert.deepEqual(await current(store), [])
      await store.close()
    })
    it('equals a plain replay of everything said, whatever was said', () => replayed(kept, place))
  })
}

type Said = { readonly who: string; readonly undo: boolean; readonly events: readonly Spoken[] }
type Spoken = { readonly image: number; readonly class: number; readonly origin: LabelOrigin }
type Mark = { readonly label: ClassId | null; readonly isSkipped: boolean }

const spoken = fc.record({
  image: fc.nat({ max: 3 }),
  class: fc.nat({ max: 2 }),
  origin: fc.constantFrom<LabelOrigin>('answer', 'accept', 'correct', 'skip', 'reject'),
})
const said = fc.record({
  who: fc.constantFrom('ann', 'bob'),
  undo: fc.boolean(),
  events: fc.array(spoken, { minLength: 1, maxLength: 4 }),
})

/** The oracle: all acts not undone, played from the start onto nothing. */
function replay(acts: readonly Act[], images: readonly ImageId[]): Map<ImageId, Mark> {
  const marks = new Map<ImageId, Mark>(images.map((id) => [id, { label: null, isSkipped: false }]))
  for (const { image, class: cls, origin } of acts
    .filter((act) => !act.isUndone)
    .flatMap((act) => act.labels)) {
    const { label } = marks.get(image)!
    const passed = { skip: { label, isSkipped: true }, reject: { label: null, isSkipped: true } }
    marks.set(image, passed[origin as 'skip' | 'reject'] ?? { label: cls, isSkipped: false })
  }
  return marks
}
type Act = { readonly who: string; readonly labels: readonly Label[]; isUndone: boolean }

async function replayed(kept: string, place: () => string): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { maxLength: 12 }), async (all) => {
      await using store = await opened(place())
      await store.projects.create({ ...project, testShare: 0.4 })
      const classes = (await store.classes.ensure('birds', ['wren', 'robin'])).map((c) => c.id)
      const images = await addImages(store, 4)
      const acts: Act[] = []
      const states: { position: Position; labels: readonly (readonly [ImageId, ClassId])[] }[] = []
      for (const [i, one] of all.entries()) {
        await say(store, one, { acts, name: `act ${i}`, images, classes })
        const { position, labelled } = await store.projects.counts('birds')
        const marks = [...replay(acts, images)]
        const labels = marks.flatMap(([id, { label }]) => (label === null ? [] : [[id, label] as const]))
        assert.deepEqual(await current(store), labels)
        assert.equal(labelled, labels.length)
        const skipped = marks.filter(([, mark]) => mark.isSkipped).map(([id]) => id)
        assert.deepEqual([...(await store.labels.skipped('birds'))], skipped)
        states.push({ position, labels })
      }
      for (const { position, labels } of states) {
        const past = [...(await store.labels.at('birds', position))].sort(([a], [b]) => a - b)
        assert.deepEqual(past, labels, `the labels at position ${position}`)
      }
      for (const c of await store.classes.list('birds')) {
        assert.equal(c.labelled, states.at(-1)?.labels.filter(([, label]) => label === c.id).length ?? 0)
      }
      assert.deepEqual(await rowFaults(store), [])
    }),
    { numRuns: kept === 'in memory' ? 60 : 5 },
  )
}

async function say(
  store: Store,
  { who, undo: takesBack, events }: Said,
  to: { acts: Act[]; name: string; images: readonly ImageId[]; classes: readonly ClassId[] },
): Promise<void> {
  if (takesBack) {
    const newest = to.acts.findLast((act) => act.who === who && !act.isUndone)
    const undone = await undo(store, who)
    assert.equal(undone.length, newest?.labels.length ?? 0)
    if (newest) newest.isUndone = true
    return
  }
  const labels = events.map(({ image, class: cls, origin }) =>
    label(to.images[image]!, origin === 'skip' ? null : (to.classes[cls] ?? null), { origin, by: who }),
  )
  to.acts.push({ who, labels, isUndone: false })
  await store.labels.add('birds', labels, to.name)
}
