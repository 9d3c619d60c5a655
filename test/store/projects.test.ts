import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JobId } from '../../src/base/index.ts'
import { addImages, addModel, drivers, inOne, guess, label, opened, project, withBirds } from './drivers.ts'

for (const { kept, place } of drivers) {
  describe(`projects, classes and settings kept ${kept}`, () => {
    it('gives a project back as it was created', async () => {
      await using store = await opened(place())
      const { at, ...said } = project
      assert.deepEqual(await store.projects.create(project), { ...said, createdAt: at })
      assert.deepEqual(await store.projects.get('birds'), { ...said, createdAt: at })
      assert.deepEqual(await store.projects.list(), [{ ...said, createdAt: at }])
    })
    it('refuses a name that is taken', async () => {
      await using store = await opened(place())
      await store.projects.create(project)
      await assert.rejects(store.projects.create(project), {
        kind: 'already-there',
        message: /"birds" already/,
      })
    })
    it('names the projects there are when one is unknown', async () => {
      await using store = await opened(place())
      await assert.rejects(store.projects.get('fish'), {
        kind: 'not-found',
        message: /"fish": there are none yet/,
      })
      await store.projects.create(project)
      await assert.rejects(store.projects.get('fish'), { message: /there are birds/ })
      assert.equal(await store.projects.maybe('fish'), undefined)
    })
    it('changes the encoder alone', async () => {
      await using store = await opened(place())
      const before = await store.projects.create(project)
      await store.projects.setEncoder('birds', 'resnet50')
      assert.deepEqual(await store.projects.get('birds'), { ...before, encoder: 'resnet50' })
    })
    it('begins with counters at nothing', async () => {
      await using store = await opened(place())
      await store.projects.create(project)
      const none = { images: 0, labelled: 0 }
      const bySplit = { train: none, validation: none, test: none }
      assert.deepEqual(await store.projects.counts('birds'), {
        ...none,
        bySplit,
        position: 0,
        lastImage: null,
      })
    })
    it('removes a project with all that is in it, and no other', async () => {
      const { store, wren } = await withBirds(place())
      await store.projects.create({ ...project, name: 'fish' })
      const ids = await addImages(store, 30)
      await store.labels.add('birds', [label(ids[0]!, wren)], 'a')
      const { version } = await addModel(store, 'k')
      await store.models.setPredictions('birds', version, inOne([guess(ids[0]!, wren, 0.5)]))
      await store.projects.remove('birds')
      assert.deepEqual(
        (await store.projects.list()).map((p) => p.name),
        ['fish'],
      )
      await store.projects.create(project)
      const again = await store.projects.counts('birds')
      assert.deepEqual([again.images, again.labelled, again.position], [0, 0, 0])
      const added = await addImages(store, 1)
      assert.ok(added[0]! > ids.at(-1)!, 'an id is never given twice')
      await store.close()
    })
    it('adds the classes that are missing and keeps the others in their places', async () => {
      const { store } = await withBirds(place())
      const classes = await store.classes.ensure('birds', ['robin', 'crow', 'crow'])
      assert.deepEqual(
        classes.map((c) => [c.name, c.place]),
        [
          ['wren', 0],
          ['robin', 1],
          ['crow', 2],
        ],
      )
      assert.deepEqual(await store.classes.list('birds'), classes)
      await store.close()
    })
    it('renames a class without touching its labels', async () => {
      const { store, wren } = await withBirds(place())
      const [id] = await addImages(store, 1)
      await store.labels.add('birds', [label(id!, wren)], 'a')
      await store.classes.rename('birds', 'wren', 'winter wren')
      const [first] = await store.classes.list('birds')
      assert.deepEqual([first!.id, first!.name, first!.labelled], [wren, 'winter wren', 1])
      await store.close()
    })
    it('refuses class names that are unknown, taken or empty, each with a sentence', async () => {
      const { store } = await withBirds(place())
      const rename = (from: string, to: string) => store.classes.rename('birds', from, to)
      await assert.rejects(rename('crow', 'rook'), {
        kind: 'not-found',
        message: /"crow": there are wren, robin/,
      })
      await assert.rejects(rename('wren', 'robin'), { kind: 'already-there', message: /"wren" to "robin"/ })
      await assert.rejects(store.classes.ensure('birds', [' ']), { kind: 'bad-input' })
      await store.close()
    })
    it('keeps settings of any shape, and forgets the former value', async () => {
      await using store = await opened(place())
      assert.equal(await store.settings.get('theme'), undefined)
      for (const value of ['dark', { size: [1, 2] }, null]) {
        await store.settings.set('theme', value)
        assert.deepEqual(await store.settings.get('theme'), value)
      }
    })
    it('says which job is unknown', async () => {
      await using store = await opened(place())
      await assert.rejects(store.jobs.get(7 as JobId), { kind: 'not-found', message: /no job 7/ })
    })
  })
}
