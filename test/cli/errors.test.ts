// What a shell gets when something is wrong: one sentence, and an exit code out of the table of kinds.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { kinds } from '../../src/base/index.ts'
import { openBowerbird, type Bowerbird } from '../../src/index.ts'
import { classFolders, drop, run, runHere, startProgram, tempFolder } from './program.ts'

const folder = tempFolder()
const data = path.join(folder, 'data')
const inUse = createServer()
let portInUse = ''
let things: Bowerbird

before(async () => {
  inUse.listen(0, '127.0.0.1')
  await once(inUse, 'listening')
  portInUse = String((inUse.address() as AddressInfo).port)
  await classFolders(path.join(folder, 'pictures'), ['frog', 'ship'], 6)
  things = await openBowerbird({ data, encoder: 'builtin' })
  const classes = ['frog', 'ship']
  await things.create({ project: 'things', classes, testShare: 0, validationShare: 0 })
  await things.add({ project: 'things', from: path.join(folder, 'pictures') })
  mkdirSync(path.join(folder, 'corrupt'))
  writeFileSync(path.join(folder, 'corrupt', 'bowerbird.db'), 'no database at all, '.repeat(1000))
  await (await openBowerbird({ data: path.join(folder, 'newer') })).close()
  const newer = new DatabaseSync(path.join(folder, 'newer', 'bowerbird.db'))
  newer.exec('pragma user_version = 999')
  newer.close()
})
after(async () => {
  inUse.close()
  await things.close()
  drop(folder)
})

type Row = readonly [what: string, args: () => readonly string[], kind: keyof typeof kinds, says: RegExp]
const table: readonly Row[] = [
  ['a project that is not there', () => ['project', 'birds'], 'not-found', /"birds".*things/],
  ['a class that is not there', () => ['answer', 'things', '1=whale'], 'bad-input', /whale.*frog, ship/],
  [
    'a folder that is not there',
    () => ['add', 'things', '/no/such/folder'],
    'not-found',
    /\/no\/such\/folder/,
  ],
  ['51 questions when 12 are left', () => ['ask', 'things', '--budget', '51'], 'out-of-pool', /51.*12/],
  ['a budget that is no number', () => ['ask', 'things', '--budget', 'many'], 'bad-input', /budget.*"many"/],
  ['a strategy that is not there', () => ['ask', 'things', '--strategy', 'oracle'], 'bad-input', /"margin"/],
  ['a missing argument', () => ['ask'], 'bad-input', /<project> must be given/],
  ['a missing flag', () => ['export', 'things'], 'bad-input', /--format.*<to>/],
  ['a command with a slip', () => ['projcts'], 'bad-input', /projcts.*projects/],
  ['a flag with a slip', () => ['ask', 'things', '--bugdet', '3'], 'bad-input', /--bugdet.*--budget/],
  ['training without labels', () => ['train', 'things'], 'not-ready', /two classes/],
  ['publishing without a version', () => ['publish', 'things'], 'not-ready', /version/],
  ['a job that is not there', () => ['job', '4711'], 'not-found', /4711/],
]

const toldIn = (err: string) =>
  JSON.parse(err.trim().split('\n').at(-1)!) as { error: { kind: string; message: string } }

describe('a shell is told in one sentence, with the kind’s exit code:', () => {
  for (const [what, args, kind, says] of table) {
    it(what, async () => {
      const { code, out, err } = await runHere([...args(), '--json'], things.house)
      const { error } = toldIn(err)
      assert.match(error.message, says)
      assert.deepEqual([error.kind, code, out], [kind, kinds[kind].exit, ''])
    })
  }
})

const ofPrograms: readonly Row[] = [
  ['a project that is not there', () => ['project', 'birds', '--data', data], 'not-found', /"birds".*things/],
  ['a port that is taken', () => served('--port', portInUse), 'port-taken', /port \d+ is taken.*--port/],
  ['serving to others without a token', () => served('--host', '0.0.0.0'), 'bad-input', /token/],
  ['a port that is none', () => served('--port', '99999'), 'bad-input', /port.*99999/],
  [
    'a file that is no database any more',
    () => ['projects', '--data', path.join(folder, 'corrupt')],
    'corrupt-data',
    /bowerbird\.db/,
  ],
  [
    'data of a newer program',
    () => ['projects', '--data', path.join(folder, 'newer')],
    'newer-schema',
    /999/,
  ],
]
const served = (...flags: string[]) => ['serve', '--data', path.join(folder, 'served'), ...flags]

describe('a process tells it as well:', { concurrency: 2 }, () => {
  for (const [what, args, kind, says] of ofPrograms) {
    it(what, async () => {
      const { code, out, err } = await run(...args(), '--json')
      const { error } = toldIn(err)
      assert.match(error.message, says)
      assert.deepEqual([error.kind, code, out], [kind, kinds[kind].exit, ''])
    })
  }
})

// A process cannot send Ctrl-C to another there.
const noSignals = process.platform === 'win32'

it('Ctrl-C cancels the job in hand, and says so with code 130', { skip: noSignals }, async () => {
  const program = startProgram(['add', 'demo', 'demo', '--data', data])
  while (!program.text().includes('looked at')) await new Promise((done) => setTimeout(done, 20))
  program.child.kill('SIGINT')
  const { code, err } = await program.ended
  assert.equal(code, 130)
  assert.match(err, /cancelled/)
  const [job] = await things.house.store.jobs.list({ project: 'demo' })
  assert.deepEqual([job?.step, job?.state], ['add', 'cancelled'])
})

it(
  'serve tells its address first, serves, and stops within two seconds at Ctrl-C',
  { skip: noSignals },
  async () => {
    const program = startProgram(['serve', '--port', '0', '--data', path.join(folder, 'served')])
    while (!program.text().includes('\n')) await new Promise((done) => setTimeout(done, 20))
    const url = /http:\/\/\S+/.exec(program.text().split('\n')[0]!)![0]
    assert.deepEqual(await (await fetch(`${url}/health`)).json(), { status: 'ok' })
    const from = performance.now()
    program.child.kill('SIGINT')
    assert.equal((await program.ended).code, 0)
    assert.ok(performance.now() - from < 2_000)
  },
)
