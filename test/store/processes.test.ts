import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { Position } from '../../src/base/index.ts'
import { randomFrom } from '../../src/math/index.ts'
import { addImages, folder, opened, withBirds } from './drivers.ts'

const writer = path.join(import.meta.dirname, 'writer.ts')
const compiled = folder('compiled')
type Ack = { readonly position: number; readonly image: number; readonly by: string }

function begin(
  place: string,
  what: string,
  { name, limit }: { readonly name: string; readonly limit?: number },
) {
  const args = [writer, place, what, name, ...(limit === undefined ? [] : [String(limit)])]
  // Compiled once and for all: a hundred starts take a quarter of a second each instead of half a one.
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled }
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = once(child, 'close')
  return {
    kill: () => child.kill('SIGKILL'),
    hasSaid: async (lines: number) => {
      while (said.split('\n').length <= lines && child.exitCode === null) await later(2)
    },
    /** What it said; a last line cut by the kill was never acknowledged. */
    acks: async (): Promise<readonly Ack[]> => {
      await ended
      const lines = said
        .slice(0, said.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(Boolean)
      const strange = lines.filter((line) => line !== 'ready' && !/^ack \d+ \d+$/.test(line))
      assert.deepEqual(strange, [])
      return lines.slice(1).map((line) => {
        const [, position, image] = line.split(' ')
        return { position: Number(position), image: Number(image), by: name }
      })
    },
  }
}

async function hasEveryAck(place: string, acks: readonly Ack[]): Promise<void> {
  await using store = await opened(place)
  const ledger = await store.labels.ledger('birds', 0 as Position, 1_000_000)
  const entries = new Map<number, Ack>(ledger.map((entry) => [entry.position, entry]))
  const lost = acks.filter(({ position, image, by }) => {
    const entry = entries.get(position)
    return entry?.image !== image || entry.by !== by
  })
  assert.deepEqual(lost, [])
  assert.deepEqual(
    ledger.map((entry) => entry.position),
    ledger.map((_, i) => i + 1),
    'positions have no gap',
  )
}

const kills = 100
const atOnce = 4

describe('a store that several processes write', () => {
  it(`loses no acknowledged label in ${kills} kills at random moments, and keeps no half blob`, async () => {
    const place = folder('killed')
    await (await withBirds(place)).store.close()
    const random = randomFrom(7)
    const acks: Ack[] = []
    const lane = async (_: unknown, lane: number) => {
      for (let i = lane; i < kills; i += atOnce) {
        const child = begin(place, 'everything', { name: `child-${i}` })
        // From its very first write on, and anywhere in a write.
        await child.hasSaid(1 + random.below(4))
        await later(random.next() * 30)
        child.kill()
        acks.push(...(await child.acks()))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, lane))
    assert.ok(acks.length > kills, `only ${acks.length} labels were acknowledged in ${kills} lives`)
    await hasEveryAck(place, acks)
    await using store = await opened(place)
    assert.deepEqual(await store.check(), [])
  })
  it('takes the labels of three processes at once, each in its own place', async () => {
    const place = folder('several')
    const { store } = await withBirds(place)
    await addImages(store, 20)
    const children = ['ann', 'bob', 'eve'].map((name) => begin(place, 'labels', { name, limit: 100 }))
    // The face beside them goes on reading, and is never turned away.
    for (let i = 0; i < 20; i++) {
      await store.images.page('birds', { size: 5 })
      await later(10)
    }
    const acks = (await Promise.all(children.map((child) => child.acks()))).flat()
    assert.equal(new Set(acks.map((ack) => ack.position)).size, 300)
    await hasEveryAck(place, acks)
    await store.close()
  })
  it('makes one data folder when four open a new one at the same moment', async () => {
    const place = folder('new')
    const children = ['a', 'b', 'c', 'd'].map((name) => begin(place, 'opening', { name }))
    for (const child of children) assert.deepEqual(await child.acks(), [])
    await using store = await opened(place)
    assert.deepEqual(await store.check(), [])
  })
  it('tidies beside others, killed in the midst of it, and loses nothing that is named', async () => {
    const place = folder('tidied')
    const { store } = await withBirds(place)
    const adder = begin(place, 'everything', { name: 'adder' })
    for (let i = 0; i < 6; i++) {
      const [victim, other] = ['victim', 'other'].map((who) => begin(place, 'tidy', { name: `${who}-${i}` }))
      await victim!.hasSaid(2)
      await later(i * 5)
      victim!.kill()
      other!.kill()
      for (const child of [victim!, other!]) await child.acks()
    }
    adder.kill()
    const acks = await adder.acks()
    await hasEveryAck(place, acks)
    assert.deepEqual(await store.check(), [])
    const signal = new AbortController().signal
    await store.tidy({ before: Infinity, signal })
    assert.deepEqual(await store.check(), [])
    const left = await store.tidy({ before: Infinity, signal })
    assert.deepEqual(left, { blobs: 0, bytes: 0, packs: 0, shards: 0 })
    await store.close()
  })
  it('opens and closes each round once, though three do it and one is killed in the midst', async () => {
    const place = folder('rounds')
    const { store } = await withBirds(place)
    await addImages(store, 5)
    await store.sessions.create('birds', { name: 'first', description: '', settings: {}, at: 1 })
    await store.sessions.move('birds', 'first', { state: 'running', from: ['new'], at: 2 })
    const victim = begin(place, 'rounds', { name: 'victim', limit: 40 })
    await victim.hasSaid(6)
    victim.kill()
    const children = ['ann', 'bob'].map((name) => begin(place, 'rounds', { name, limit: 40 }))
    const acks = (await Promise.all([victim, ...children].map((child) => child.acks()))).flat()
    const said = acks.map(({ position, image }) => `${position} ${image}`)
    assert.equal(new Set(said).size, said.length, 'no round was opened or closed twice')
    const rounds = await store.sessions.rounds('birds', 'first')
    assert.deepEqual(
      rounds.map((round) => round.number),
      rounds.map((_, i) => i + 1),
    )
    assert.ok(rounds.length === 40 && rounds.every((round) => round.state === 'done'))
    for (const { number } of rounds) {
      assert.equal((await store.sessions.questions('birds', 'first', number)).length, 5)
    }
    await store.close()
  })
  it('hands every job to one process alone', async () => {
    const place = folder('jobs')
    await using store = await opened(place)
    for (let i = 0; i < 60; i++) {
      await store.jobs.enqueue({ key: `${i}`, project: null, step: 'embed', input: i, at: i })
    }
    await (await withBirds(place)).store.close()
    const children = ['a', 'b', 'c'].map((name) => begin(place, 'jobs', { name }))
    const claims = (await Promise.all(children.map((child) => child.acks()))).flat()
    assert.equal(claims.length, 60)
    assert.equal(new Set(claims.map((claim) => claim.position)).size, 60)
    const jobs = await store.jobs.list({ limit: 100 })
    assert.ok(jobs.every((job) => job.state === 'done' && job.attempts === 1))
  })
})
