import assert from 'node:assert/strict'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import type { ImageId, Position, Session, SessionState, Version } from '../../src/base/index.ts'
import type { NewRound, Store } from '../../src/store/index.ts'
import { addImages, addModel, drivers, folder, label, opened, rowFaults, withBirds } from './drivers.ts'

const plan = { name: 'first', description: 'a try', settings: { budget: 2 }, at: 10 }
const run = (store: Store, name = 'first'): Promise<Session> =>
  store.sessions.move('birds', name, { state: 'running', from: ['new', 'paused'], at: 20 })
const round = (number: number, images: readonly ImageId[]): NewRound => ({
  number,
  strategy: 'margin',
  says: 'nearly tied',
  position: 0 as Position,
  at: 30,
  questions: images.map((image, i) => ({ image, reason: `reason ${i}`, isDrawn: i === 0 })),
})
const end = (number: number, version: number | null = null) => ({
  number,
  version: version as Version | null,
  figures: { labels: 2 },
  findings: { best: number },
  at: 40,
})

for (const { kept, place } of drivers) {
  describe(`sessions kept ${kept}`, () => {
    it('gives a session back as it was planned, and lists the oldest first', async () => {
      const { store } = await withBirds(place())
      const first = await store.sessions.create('birds', plan)
      const second = await store.sessions.create('birds', { ...plan, name: 'second' })
      assert.deepEqual([first.state, first.settings, first.createdAt], ['new', { budget: 2 }, 10])
      assert.deepEqual(await store.sessions.get('birds', 'first'), first)
      assert.deepEqual(await store.sessions.list('birds'), [first, second])
      await store.close()
    })
    it('refuses a name that is taken, and names the sessions there are when one is unknown', async () => {
      const { store } = await withBirds(place())
      await assert.rejects(store.sessions.get('birds', 'none'), { message: /there are none yet/ })
      await store.sessions.create('birds', plan)
      await assert.rejects(store.sessions.create('birds', plan), { kind: 'already-there' })
      await store.sessions.create('birds', { ...plan, name: 'second' })
      await assert.rejects(store.sessions.update('birds', 'second', { name: 'first' }), {
        kind: 'already-there',
      })
      await assert.rejects(store.sessions.get('birds', 'third'), {
        kind: 'not-found',
        message: /no session "third": there are "first", "second"/,
      })
      await store.close()
    })
    it('changes what is said and nothing else', async () => {
      const { store } = await withBirds(place())
      const before = await store.sessions.create('birds', plan)
      const after = await store.sessions.update('birds', 'first', { name: 'again', settings: { budget: 3 } })
      assert.deepEqual(after, { ...before, name: 'again', settings: { budget: 3 } })
      assert.deepEqual(await store.sessions.get('birds', 'again'), after)
      await store.close()
    })
    it('runs one session of a project at a time, and says which', async () => {
      const { store } = await withBirds(place())
      await store.sessions.create('birds', plan)
      await store.sessions.create('birds', { ...plan, name: 'second' })
      await run(store)
      assert.equal((await store.sessions.running('birds'))?.name, 'first')
      await assert.rejects(run(store, 'second'), { kind: 'not-ready', message: /"second".*"first" does/ })
      await store.sessions.move('birds', 'first', { state: 'paused', from: ['running'], at: 50 })
      assert.equal((await run(store, 'second')).startedAt, 20)
      await store.close()
    })
    it('keeps when it first started and when it ended, and refuses a step out of turn', async () => {
      const { store } = await withBirds(place())
      await store.sessions.create('birds', plan)
      const move = (state: SessionState, from: SessionState, at: number) =>
        store.sessions.move('birds', 'first', { state, from: [from], at, why: 'so' })
      await run(store)
      await move('paused', 'running', 50)
      await move('running', 'paused', 60)
      const ended = await move('cancelled', 'running', 70)
      assert.deepEqual([ended.startedAt, ended.completedAt, ended.why], [20, 70, 'so'])
      await assert.rejects(run(store), { kind: 'not-ready', message: /"first" is cancelled/ })
      await store.close()
    })
    it('opens each round once, only while the session runs, and only when the one before is done', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 6)
      await store.sessions.create('birds', plan)
      const open = (number: number) =>
        store.sessions.openRound('birds', 'first', round(number, ids.slice(0, 2)))
      assert.equal(await open(1), false)
      await run(store)
      assert.equal(await open(2), false)
      assert.deepEqual(await Promise.all([open(1), open(1), open(2)]), [true, false, false])
      const close = () => store.sessions.closeRound('birds', 'first', end(1))
      assert.deepEqual(await Promise.all([close(), close()]), [true, false])
      assert.deepEqual((await store.sessions.get('birds', 'first')).findings, { best: 1 })
      assert.equal(await open(2), true)
      const rounds = await store.sessions.rounds('birds', 'first')
      assert.deepEqual(
        rounds.map((r) => [r.number, r.state, r.completedAt]),
        [
          [1, 'done', 40],
          [2, 'open', null],
        ],
      )
      await store.close()
    })
    it('tells of each question what became of it, however it was answered', async () => {
      const { store, wren } = await withBirds(place())
      const [a, b, c] = await addImages(store, 3)
      await store.sessions.create('birds', plan)
      await run(store)
      await store.sessions.openRound('birds', 'first', round(1, [b!, a!, c!]))
      await store.labels.add('birds', [label(a!, wren), label(c!, null, { origin: 'skip' })], 'act')
      const questions = await store.sessions.questions('birds', 'first', 1)
      assert.deepEqual(
        questions.map((q) => [q.image, q.isDrawn, q.label, q.isSkipped]),
        [
          [b, true, null, false],
          [a, false, wren, false],
          [c, false, null, true],
        ],
      )
      await store.close()
    })
    it('marks the rounds after the one that was gone back to, and the open one when all is cancelled', async () => {
      const { store } = await withBirds(place())
      const { version } = await addModel(store, 'a')
      await store.sessions.create('birds', plan)
      await run(store)
      for (const number of [1, 2, 3]) {
        await store.sessions.openRound('birds', 'first', round(number, []))
        if (number < 3) await store.sessions.closeRound('birds', 'first', end(number, version))
      }
      assert.equal(await store.sessions.rollBack('birds', 'first', 1), 1)
      assert.equal(await store.sessions.rollBack('birds', 'first', 1), 0)
      await store.sessions.move('birds', 'first', { state: 'cancelled', from: ['running'], at: 90 })
      const rounds = await store.sessions.rounds('birds', 'first')
      assert.deepEqual(
        rounds.map((r) => [r.state, r.isRolledBack]),
        [
          ['done', false],
          ['done', true],
          ['cancelled', false],
        ],
      )
      await store.close()
    })
    it('goes with its rounds when it is removed, and with its project', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 2)
      for (const name of ['first', 'second']) await store.sessions.create('birds', { ...plan, name })
      await run(store)
      await store.sessions.openRound('birds', 'first', round(1, ids))
      await store.leases.take('birds', ids, { by: 'ann', now: 1, until: 100, count: 2 })
      await store.sessions.remove('birds', 'first')
      assert.deepEqual(
        (await store.sessions.list('birds')).map((s) => s.name),
        ['second'],
      )
      await store.projects.remove('birds')
      assert.deepEqual(await rowFaults(store), [])
      await store.close()
    })
  })

  describe(`leases kept ${kept}`, () => {
    it('are held by one person at a time, until they run out', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 4)
      const take = (by: string, now: number, count: number) =>
        store.leases.take('birds', ids, { by, now, until: now + 100, count })
      assert.deepEqual(await take('ann', 0, 2), ids.slice(0, 2))
      assert.deepEqual(await take('bob', 50, 4), ids.slice(2))
      // Asked again, ann is given what she holds, and holds it longer.
      assert.deepEqual(await take('ann', 60, 4), ids.slice(0, 2))
      assert.deepEqual(
        [...(await store.leases.ofOthers('birds', { by: 'bob', now: 60 }))],
        [
          [ids[0], 160],
          [ids[1], 160],
        ],
      )
      assert.deepEqual(await take('ann', 150, 4), ids)
      assert.deepEqual(await take('bob', 200, 4), [])
      await store.close()
    })
    it('are taken by one of many who ask at the same moment', async () => {
      const { store } = await withBirds(place())
      const ids = await addImages(store, 30)
      const people = Array.from({ length: 10 }, (_, i) => `person ${i}`)
      const taken = await Promise.all(
        people.map((by) => store.leases.take('birds', ids, { by, now: 0, until: 9, count: 3 })),
      )
      assert.equal(new Set(taken.flat()).size, 30)
      await store.close()
    })
  })
}

describe('a store of before there were sessions', () => {
  it('is brought forward with all it holds', async () => {
    const place = folder('old')
    const { store } = await withBirds(place)
    await addImages(store, 2)
    await store.close()
    backToFirstSchema(place)
    await using now = await opened(place)
    assert.deepEqual(await now.sessions.list('birds'), [])
    assert.equal((await now.sessions.create('birds', plan)).id, 1)
    assert.equal((await now.projects.counts('birds')).images, 2)
  })
})

/** What later schemas brought goes again. */
function backToFirstSchema(place: string): void {
  const database = new DatabaseSync(path.join(place, 'bowerbird.db'))
  database.exec('pragma foreign_keys = off')
  const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all()
  for (const { name } of tables) if (!firstTables.includes(String(name))) database.exec(`drop table ${name}`)
  const counted = firstCounted.map((name) => `'${name}'`).join()
  database.exec(`delete from newest where name not in (${counted}); pragma user_version = 1`)
  database.close()
}
const firstCounted = ['project', 'image', 'class', 'act', 'shard', 'job']
const firstTables =
  'newest project tally class image near family act label_event truth shard embedding model alias job setting'.split(
    ' ',
  )
