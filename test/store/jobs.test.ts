import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { NewJob } from '../../src/store/index.ts'
import { drivers, opened } from './drivers.ts'

const job = (key: string, at = 1): NewJob => ({ key, project: 'birds', step: key, input: { key }, at })
const halfWay = { done: 5, total: 10, sentence: 'half of it' }
const crash = { kind: 'crashed', message: 'it ended', retry: true }
const lease = 100

for (const { kept, place } of drivers) {
  describe(`jobs kept ${kept}`, () => {
    it('hands jobs out in the order they came, each to one worker', async () => {
      await using store = await opened(place())
      const [a, b] = [await store.jobs.enqueue(job('a')), await store.jobs.enqueue(job('b'))]
      const claims = [await store.jobs.claim('w1', 2, lease), await store.jobs.claim('w2', 2, lease)]
      assert.deepEqual(
        claims.map((claim) => claim?.job.id),
        [a.id, b.id],
      )
      assert.deepEqual(
        [claims[0]!.job.state, claims[0]!.job.startedAt, claims[0]!.job.attempts],
        ['running', 2, 1],
      )
      assert.equal(await store.jobs.claim('w3', 2, lease), undefined)
    })
    it('hands out one of a kind at a time in a project, other kinds and other projects beside it', async () => {
      await using store = await opened(place())
      const put = (key: string, project: string | null, step: string) =>
        store.jobs.enqueue({ key, project, step, input: {}, at: 0 })
      for (const [key, project, step] of [
        ['first', 'birds', 'train'],
        ['second', 'birds', 'train'],
        ['other kind', 'birds', 'embed'],
        ['other project', 'fish', 'train'],
        ['no project', null, 'check'],
        ['no project either', null, 'check'],
      ] as const)
        await put(key, project, step)
      const claims = []
      for (let claim = await store.jobs.claim('w', 0, 10); claim; claim = await store.jobs.claim('w', 0, 10))
        claims.push(claim)
      const keys = claims.map(({ job }) => job.key)
      assert.deepEqual(keys, ['first', 'other kind', 'other project', 'no project', 'no project either'])
      await store.jobs.finish(claims[0]!, 1, null)
      assert.equal((await store.jobs.claim('w', 1, 10))?.job.key, 'second')
    })
    it('is one job while the same key waits, runs or is done', async () => {
      await using store = await opened(place())
      const first = await store.jobs.enqueue(job('a'))
      assert.deepEqual(await store.jobs.enqueue(job('a', 5)), first)
      const claim = await store.jobs.claim('w', 2, lease)
      assert.equal((await store.jobs.enqueue(job('a'))).id, first.id)
      await store.jobs.finish(claim!, 3, { images: 7 })
      const done = await store.jobs.enqueue(job('a'))
      assert.deepEqual(
        [done.id, done.state, done.output, done.finishedAt],
        [first.id, 'done', { images: 7 }, 3],
      )
      assert.notEqual((await store.jobs.enqueue(job('a'), { again: true })).id, first.id)
    })
    it('is a new job after the same key failed or was cancelled', async () => {
      await using store = await opened(place())
      const first = await store.jobs.enqueue(job('a'))
      const claim = await store.jobs.claim('w', 2, lease)
      await store.jobs.fail(claim!, 3, { ...crash, retry: false })
      const second = await store.jobs.enqueue(job('a'))
      await store.jobs.cancel(second.id, 4)
      const third = await store.jobs.enqueue(job('a'))
      assert.equal(new Set([first.id, second.id, third.id]).size, 3)
    })
    it('shows progress as it beats, and keeps the lease by it', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      const claim = await store.jobs.claim('w1', 0, lease)
      assert.equal(await store.jobs.beat(claim!, 90, lease, halfWay), true)
      assert.deepEqual((await store.jobs.get(id)).progress, halfWay)
      assert.equal(await store.jobs.claim('w2', 150, lease), undefined)
    })
    it('gives a job whose lease ran out to another, and the first writes nothing any more', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      const first = await store.jobs.claim('w1', 0, lease)
      const second = await store.jobs.claim('w2', 101, lease)
      assert.deepEqual([second?.job.id, second?.job.attempts], [id, 2])
      assert.ok(second!.fence > first!.fence)
      assert.equal(await store.jobs.beat(first!, 102, lease, halfWay), false)
      assert.equal(await store.jobs.finish(first!, 102, 'old'), false)
      assert.equal(await store.jobs.fail(first!, 102, crash), false)
      assert.equal(await store.jobs.finish(second!, 103, 'new'), true)
      assert.equal((await store.jobs.get(id)).output, 'new')
    })
    it('parks a job whose process ended three times', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      for (const now of [0, 101, 202]) assert.equal((await store.jobs.claim('w', now, lease))?.job.id, id)
      assert.equal(await store.jobs.claim('w', 303, lease), undefined)
      const { state, error, finishedAt } = await store.jobs.get(id)
      assert.deepEqual([state, error?.kind, finishedAt], ['failed', 'crashed', 303])
      assert.match(error!.message, /was given up: its process ended 3 times/)
    })
    it('tries a failed job again until the third time, then parks it with its error', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      for (const state of ['queued', 'queued', 'failed']) {
        const claim = await store.jobs.claim('w', 0, lease)
        assert.equal(await store.jobs.fail(claim!, 1, crash), true)
        assert.equal((await store.jobs.get(id)).state, state)
      }
      assert.deepEqual((await store.jobs.get(id)).error, { kind: 'crashed', message: 'it ended' })
    })
    it('parks at once what is not worth another try', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      const claim = await store.jobs.claim('w', 0, lease)
      await store.jobs.fail(claim!, 1, { kind: 'bad-input', message: 'no such folder', retry: false })
      assert.equal((await store.jobs.get(id)).state, 'failed')
    })
    it('stops a running job at its next beat when it is cancelled', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      const claim = await store.jobs.claim('w', 0, lease)
      assert.equal((await store.jobs.cancel(id, 5)).state, 'cancelled')
      assert.equal(await store.jobs.beat(claim!, 6, lease, halfWay), false)
      assert.equal(await store.jobs.finish(claim!, 7, 'late'), false)
      assert.deepEqual(
        [(await store.jobs.get(id)).state, (await store.jobs.get(id)).finishedAt],
        ['cancelled', 5],
      )
    })
    it('does not cancel what is done', async () => {
      await using store = await opened(place())
      const { id } = await store.jobs.enqueue(job('a'))
      const claim = await store.jobs.claim('w', 0, lease)
      await store.jobs.finish(claim!, 1, 'done')
      assert.equal((await store.jobs.cancel(id, 2)).state, 'done')
    })
    it('lists the newest first, by project and state', async () => {
      await using store = await opened(place())
      const [a, b] = [await store.jobs.enqueue(job('a')), await store.jobs.enqueue(job('b'))]
      const other = await store.jobs.enqueue({ ...job('c'), project: null })
      await store.jobs.claim('w', 0, lease)
      const ids = async (of: Parameters<typeof store.jobs.list>[0]) =>
        (await store.jobs.list(of)).map((j) => j.id)
      assert.deepEqual(await ids({}), [other.id, b.id, a.id])
      assert.deepEqual(await ids({ project: 'birds' }), [b.id, a.id])
      assert.deepEqual(await ids({ state: 'running' }), [a.id])
      assert.deepEqual(await ids({ limit: 1 }), [other.id])
    })
  })
}
