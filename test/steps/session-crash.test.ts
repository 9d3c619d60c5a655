import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { after, it } from 'node:test'
import type { ImageId, Position } from '../../src/base/index.ts'
import { openStore } from '../../src/store/index.ts'
import { addBirds, kinds, openWorld } from '../fixtures/world.ts'

const [project, session] = ['birds', 'first']
const folder = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-crash-'))
after(() => rmSync(folder, { recursive: true, force: true }))

/** Plays until so many lines were said, a moment longer, and is killed; without a number, to the end. */
async function play(until?: { readonly line: string; readonly ms: number }): Promise<string> {
  const player = path.join(import.meta.dirname, 'session-player.ts')
  const child = spawn(process.execPath, ['--no-warnings', player, folder, project, session], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  const closed = once(child, 'close')
  if (until) {
    while (!said.includes(until.line) && child.exitCode === null) await later(2)
    await later(until.ms)
    child.kill('SIGKILL')
  }
  await closed
  return said
}

it('a session whose process is killed again and again does each round once, and loses nothing', async () => {
  const store = await openStore(folder)
  const world = await openWorld({ store })
  await world.act('create', { project, classes: [...kinds], validationShare: 0.3 })
  await addBirds(world, project)
  await world.act('session-create', { project, session, budget: 6, rounds: 3, stopBelow: 0 })
  await world.act('session-start', { project, session })
  // In the midst of a round's answers, and of what follows them.
  await play({ line: 'answered', ms: 0 })
  await play({ line: 'advances', ms: 40 })
  assert.match(await play(), /ended\n$/)

  const { state, why, rounds } = await world.act('session', { project, session })
  assert.deepEqual([state, why], ['completed', 'all 3 rounds are done'])
  assert.deepEqual(
    rounds.map((round) => [round.round, round.state, round.questions, round.left]),
    [1, 2, 3].map((number) => [number, 'done', 6, 0]),
  )
  const asked: ImageId[] = []
  for (const { round } of rounds) {
    asked.push(...(await store.sessions.questions(project, session, round)).map((q) => q.image))
  }
  assert.equal(new Set(asked).size, 18, 'no image is asked about twice')
  const { versions, history } = await world.act('versions', { project })
  const ofRounds = rounds.map((round) => round.version)
  assert.deepEqual(
    versions.map((its) => its.version).reverse(),
    ofRounds,
    'one version a round, and no other',
  )
  const published = history.map((its) => its.version)
  assert.deepEqual(published, [...new Set(published)], 'each is published once at most')
  assert.equal((await store.labels.ledger(project, 0 as Position, 100)).length, 18)
  await world.close()
  await store.close()
})
