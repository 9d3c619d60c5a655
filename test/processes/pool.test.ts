import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { Failure } from '../../src/base/index.ts'
import { openPool, type Pool, type PoolOptions } from '../../src/processes/index.ts'

const file = path.join(import.meta.dirname, '../fixtures/pool-child.ts')
type Answer = { readonly echo: unknown; readonly pid: number; readonly given: unknown }
const usual: PoolOptions = {
  file,
  name: 'the decoder',
  processes: 2,
  inHandMax: 2,
  crashed: (how) => new Failure('crashed', `it crashed the decoder (${how})`),
}
const lateAfter = (afterMs: number) => ({ afterMs, failure: () => new Failure('too-large', 'it was late') })

async function withPool(options: Partial<PoolOptions>, use: (pool: Pool) => Promise<void>): Promise<void> {
  const pool = openPool({ ...usual, ...options })
  try {
    await use(pool)
  } finally {
    await pool.close()
  }
}
const ask = async (pool: Pool, request: object) => (await pool.ask(request)) as Answer
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('requests are shared among all children and answered each with its own answer', () =>
  withPool({}, async (pool) => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => ask(pool, { echo: i, waitMs: 20 })),
    )
    assert.deepEqual(
      answers.map(({ echo }) => echo),
      Array.from({ length: 12 }, (_, i) => i),
    )
    assert.equal(new Set(answers.map(({ pid }) => pid)).size, 2)
  }))

test('bytes come back as they were given', () =>
  withPool({ processes: 1 }, async (pool) => {
    const bytes = new Uint8Array(300_000).map((_, i) => i % 251)
    const { echo } = await ask(pool, { echo: bytes })
    assert.deepEqual(new Uint8Array(echo as Uint8Array), bytes)
  }))

test('each child is told once what holds for all, and what it cannot take refuses every request', async () => {
  const given = { floats: Float32Array.of(0.5, 1e-9) }
  await withPool({ given }, async (pool) => {
    const answers = await Promise.all([1, 2, 3, 4].map((echo) => ask(pool, { echo, waitMs: 20 })))
    assert.deepEqual(
      answers.map((one) => one.given),
      [given, given, given, given],
    )
  })
  await withPool({ given: 'nonsense' }, async (pool) => {
    const refused = new Failure('bad-input', 'nonsense was given')
    await assert.rejects(ask(pool, { echo: 1 }), refused)
    await assert.rejects(ask(pool, { echo: 2 }), refused)
  })
})

test('words told before the reply are heard by who asked, in their order', () =>
  withPool({ processes: 1 }, async (pool) => {
    const heard = [[], []] as unknown[][]
    await Promise.all([
      pool.ask({ words: ['a', 'b'], waitMs: 5 }, (word) => heard[0]!.push(word)),
      pool.ask({ words: ['c'] }, (word) => heard[1]!.push(word)),
    ])
    assert.deepEqual(heard, [['a', 'b'], ['c']])
  }))

test('a refusal is a failure with the kind and the words of the child', () =>
  withPool({ processes: 1 }, async (pool) => {
    await assert.rejects(pool.ask({ refuse: 'it is a GIF' }), new Failure('not-an-image', 'it is a GIF'))
  }))

test('a crash fails exactly the request in hand; everyone else is answered by a new child', () =>
  withPool({ processes: 1 }, async (pool) => {
    const before = await ask(pool, { echo: 'before' })
    const all = await Promise.allSettled([
      ask(pool, { echo: 1, waitMs: 50 }),
      ask(pool, { die: true, waitMs: 5 }),
      ask(pool, { echo: 2 }),
      ask(pool, { echo: 3 }),
    ])
    assert.deepEqual(
      all.map((one) => (one.status === 'fulfilled' ? one.value.echo : (one.reason as Failure).kind)),
      [1, 'crashed', 2, 3],
    )
    assert.match(String((all[1] as PromiseRejectedResult).reason), /crashed the decoder \(SIGKILL\)/)
    assert.notEqual((await ask(pool, { echo: 'after' })).pid, before.pid)
  }))

test(
  'Ctrl-C, which reaches children too, ends none: the parent decides',
  { skip: process.platform === 'win32' },
  () =>
    withPool({ processes: 1 }, async (pool) => {
      const { pid } = await ask(pool, { echo: 'started' })
      const answered = ask(pool, { echo: 'in hand', waitMs: 100 })
      process.kill(pid, 'SIGINT')
      assert.equal((await answered).pid, pid)
      assert.equal((await ask(pool, { echo: 'after' })).pid, pid)
    }),
)

test('a request that takes too long is given up, as the options say', () =>
  withPool({ processes: 1, late: lateAfter(2_000) }, async (pool) => {
    await ask(pool, { echo: 'started' })
    const [late, other] = await Promise.allSettled([
      ask(pool, { echo: 'late', waitMs: 60_000 }),
      ask(pool, { echo: 'other', waitMs: 10 }),
    ])
    assert.deepEqual((late as PromiseRejectedResult).reason, new Failure('too-large', 'it was late'))
    assert.equal(other.status, 'fulfilled')
    assert.equal((await ask(pool, { echo: 'after' })).echo, 'after')
  }))

test('a child that cannot start is tried three times, then everyone is told why', () =>
  withPool({ file: `${file}.missing` }, async (pool) => {
    const all = await Promise.allSettled([
      pool.ask({ echo: 1 }),
      pool.ask({ echo: 2 }),
      pool.ask({ echo: 3 }),
    ])
    for (const one of all) {
      assert.equal((one as PromiseRejectedResult).reason.kind, 'not-ready')
      assert.match(
        String((one as PromiseRejectedResult).reason),
        /the decoder does not start.*Cannot find module/s,
      )
    }
  }))

test('closing ends the children and fails who still waits; nothing is left behind', async () => {
  const pool = openPool({ ...usual, processes: 1, inHandMax: 1 })
  const { pid } = await ask(pool, { echo: 'started' })
  const waiting = Promise.allSettled([pool.ask({ waitMs: 60_000 }), pool.ask({ echo: 'queued' })])
  await pool.close()
  for (const one of await waiting) {
    assert.equal((one as PromiseRejectedResult).reason.kind, 'cancelled')
  }
  assert.equal(isThere(pid), false)
  await assert.rejects(pool.ask({ echo: 1 }), /was closed/)
})
