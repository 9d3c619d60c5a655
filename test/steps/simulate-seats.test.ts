import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Failure, type ImageId, type Progress } from '../../src/base/index.ts'
import { matrix, randomFrom } from '../../src/math/index.ts'
import { configuration, perform, steps } from '../../src/steps/index.ts'
import { ownStrategy } from '../../src/steps/ask/own-strategy.ts'
import { openSeats, seatsFor } from '../../src/steps/simulate/seats.ts'
import type { Asked, Given } from '../../src/steps/simulate/seat.ts'
import { addBirds, hideTruth, kinds, openWorld, type TestWorld } from '../fixtures/world.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-seats-'))
after(() => rmSync(folder, { recursive: true }))
const at = (name: string): string => path.join(folder, name)
const text = (name: string): string => JSON.stringify(at(name))
const isThere = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const { signal } = new AbortController()
const count = 90
const { normal } = randomFrom(3)
const table = {
  ids: Array.from({ length: count }, (_, i) => (i + 1) as ImageId),
  rows: matrix(
    count,
    24,
    Float32Array.from({ length: count * 24 }, (_, i) => normal() + Number(i % 24 === Math.floor(i / 24) % 3)),
  ),
  nearTo: Array.from({ length: count }, () => null),
  kin: [...Array(count).keys()],
  classNames: [...kinds],
}
const game: Given = {
  table,
  truth: Int32Array.from({ length: count }, (_, i) => i % 3),
  rules: { batch: 3, rounds: 4, pull: 0.1, tested: 0.3 },
  own: null,
}
async function withOwn(file: string, program: string): Promise<Given> {
  writeFileSync(at(file), program)
  const { version } = await ownStrategy(file, { strategyFolder: folder })
  return { ...game, own: { file, folder, version } }
}

/** All sessions asked for, each with how often it was told of a round. */
async function played(given: Given, all: readonly Asked[], seats: number) {
  const at = await openSeats(given, { count: seats, signal })
  try {
    const one = async (asked: Asked) => {
      let rounds = 0
      const session = await at.play(asked, () => rounds++)
      return { ...session, rounds }
    }
    return await Promise.all(all.map(one))
  } finally {
    await at.close()
  }
}

describe('seats', () => {
  const seeds = [1, 2]
  const asked = (['random', 'margin', 'uherding', 'dropquery', 'bald', 'badge', 'own'] as const).flatMap(
    (player) => seeds.map((seed) => ({ player, seed })),
  )

  it('play in child processes what is played in this one, to the last bit', async () => {
    const given = await withOwn('last.ts', 'export const choose = (pool: any) => [pool.ids.length - 1]\n')
    const here = await played(given, asked, 1)
    assert.deepEqual(await played(given, asked, 2), here)
    assert.ok(here.every(({ labels, rounds }) => labels.at(-1) === 12 && rounds === 4))
  })
  it('play a session again whose process was killed, and tell of no round twice', async () => {
    const steady = `const choose = (pool) => [...pool.ids.keys()].reverse()`
    const killed = `import { existsSync, writeFileSync } from 'node:fs'
      ${steady}
      const dies = (pool) => {
        if (pool.labelled?.rows !== 6 || existsSync(${text('died')})) return choose(pool)
        writeFileSync(${text('died')}, '')
        process.kill(process.pid, 'SIGKILL')
        return new Promise(() => {})
      }
      export { dies as choose }`
    const all = [1, 2, 3].map((seed) => ({ player: 'own' as const, seed }))
    const sessions = await played(await withOwn('killed.mjs', killed), all, 2)
    assert.ok(existsSync(at('died')))
    assert.deepEqual(sessions, await played(await withOwn('steady.mjs', `export ${steady}`), all, 1))
  })
  it('play nothing by a file that is another by now', async () => {
    const given = await withOwn('other.js', 'export const choose = () => [0]\n')
    const own = { ...given.own!, version: `${given.own!.version}0` }
    for (const seats of [1, 2]) {
      await assert.rejects(
        played({ ...given, own }, [{ player: 'own', seed: 1 }], seats),
        new Failure('bad-input', 'cannot choose by other.js: it was changed while sessions were played'),
      )
    }
  })
  it('are no more than cores, sessions, and tables that half of the free memory holds', () => {
    const plenty = { sessions: 50, cores: 8, memoryBytes: 64e9 }
    assert.equal(seatsFor(game, plenty), 8)
    assert.equal(seatsFor(game, { ...plenty, sessions: 3 }), 3)
    const large = { table: { ...table, rows: matrix(50_000, 100) } } // 20 MB, seven of which one seat may hold
    assert.equal(seatsFor(large, { ...plenty, memoryBytes: 2.1e9 }), 3)
    assert.equal(seatsFor(large, { ...plenty, memoryBytes: 0 }), 0)
  })
})

describe('a simulation by child processes', () => {
  let world: TestWorld
  before(async () => {
    world = await openWorld({
      configuration: configuration.parse({ encoder: 'builtin', cores: 2, strategyFolder: folder }),
    })
    await world.act('create', { project: 'birds', classes: [...kinds] })
    await hideTruth(world, 'birds', await addBirds(world, 'birds', { spread: 0.9 }))
  })
  after(() => world.close())
  const simulate = steps.find((s) => s.name === 'simulate')!
  const quick = { project: 'birds', strategies: ['random'], seeds: 4, rounds: 3 }

  it('ends in a sentence where a session kills its process twice; what was played is kept', async () => {
    writeFileSync(at('deadly'), '')
    const program = `import { appendFileSync, existsSync, readFileSync } from 'node:fs'
      export const choose = (pool, budget) => {
        if (!pool.labelled) appendFileSync(${text('begun')}, '.')
        const isThird = readFileSync(${text('begun')}).length > 2
        if (isThird && existsSync(${text('deadly')})) process.kill(process.pid, 'SIGKILL')
        return [...Array(budget).keys()]
      }`
    writeFileSync(at('third.mjs'), program)
    const given = { ...quick, own: 'third.mjs' }
    await assert.rejects(
      perform(simulate, given, world),
      /cannot play own, seed \d: the process that played it ended twice \(SIGKILL\); what was played is kept/,
    )
    rmSync(at('deadly'))
    const told: Progress[] = []
    await perform(simulate, given, { ...world, progress: (progress) => told.push(progress) })
    // Eight sessions there are; when the third of our own was begun, no more than one other was being played.
    assert.ok(told.at(-1)!.total! <= 4 * 3, `${told.at(-1)!.total} rounds were played again`)
    assert.deepEqual(
      told.map(({ done }) => done),
      told.map((_, i) => i + 1),
    )
    assert.equal(told.at(-1)!.done, told.at(-1)!.total)
  })
  it('can be cancelled in the middle of what never ends, and leaves no process behind', async () => {
    const program = `import { writeFileSync } from 'node:fs'
      export const choose = () => {
        writeFileSync(${text('pid')}, String(process.pid), { flush: true })
        for (;;);
      }`
    writeFileSync(at('endless.mjs'), program)
    const stopping = new AbortController()
    const playing = perform(simulate, { ...quick, own: 'endless.mjs' }, { ...world, signal: stopping.signal })
    while (!existsSync(at('pid')) || readFileSync(at('pid')).length === 0) await setTimeout(20)
    stopping.abort(new Failure('cancelled', 'enough of it'))
    await assert.rejects(playing, /enough of it/)
    const pid = Number(readFileSync(at('pid'), 'utf8'))
    assert.notEqual(pid, process.pid)
    assert.equal(isThere(pid), false)
  })
})
