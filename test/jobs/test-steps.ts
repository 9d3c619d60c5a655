// A table of steps for tests of the jobs room: steps are data, and these do what a test wants to see.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Failure } from '../../src/base/index.ts'
import { step, type Step } from '../../src/steps/index.ts'

const moment = { takes: 'a moment', reads: false } as const
const lasting = { takes: 'a while', runs: 'apart', reads: false } as const
const nothing = z.object({})

/** The lines written so far: what a resumable step finds of its earlier life. */
export const linesOf = (file: string): string[] =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []

const echo = step({
  ...moment,
  name: 'echo',
  summary: 'Say what was said, and who says it',
  input: z.object({ text: z.string(), ms: z.int().default(0) }),
  output: z.object({ text: z.string(), pid: z.int() }),
  runs: 'apart',
  async run({ text, ms }) {
    await sleep(ms)
    return { text, pid: process.pid }
  },
})
const here = step({ ...echo, name: 'here', runs: 'here' })
const die = step({
  ...moment,
  name: 'die',
  summary: 'Crash as native code does',
  input: nothing,
  output: nothing,
  runs: 'apart',
  async run() {
    process.kill(process.pid, 'SIGKILL')
    await sleep(5_000)
    return {}
  },
})
const refuse = step({
  ...moment,
  name: 'refuse',
  summary: 'Fail with a sentence',
  input: nothing,
  output: nothing,
  runs: 'apart',
  async run() {
    throw new Failure('out-of-pool', 'cannot ask 51 questions: 12 are left')
  },
})

/** Writes a line a tick, each number once however often it is begun anew. */
const count = step({
  ...lasting,
  name: 'count',
  summary: 'Count to a number, slowly, and go on where it was left',
  input: z.object({ file: z.string(), to: z.int(), ms: z.int().default(20), project: z.string().optional() }),
  output: z.object({ counted: z.int() }),
  key: async ({ file, to }) => `${file} to ${to}`,
  async run({ file, to, ms }, world) {
    for (let done = linesOf(file).length; done < to; done++) {
      world.signal.throwIfAborted()
      appendFileSync(file, `${done} by ${process.pid}\n`)
      world.progress({ done: done + 1, total: to, sentence: `counted ${done + 1} of ${to}` })
      await sleep(ms)
    }
    return { counted: to }
  },
})
const broken = step({
  ...lasting,
  name: 'broken',
  summary: 'Fail, by a fault or as foreseen',
  input: z.object({ file: z.string(), isForeseen: z.boolean() }),
  output: nothing,
  async run({ file, isForeseen }) {
    appendFileSync(file, 'tried\n')
    if (isForeseen) throw new Failure('disk-full', 'cannot write 3 MB: the disk is full')
    throw new TypeError('undefined is not a function')
  },
})

const chained = {
  ...lasting,
  input: z.object({ project: z.string(), file: z.string().optional() }),
  output: nothing,
}
const first = step({
  ...chained,
  name: 'first',
  summary: 'Begin a chain',
  then: 'second',
  run: async () => ({}),
})
const second = step({ ...chained, name: 'second', summary: 'Go on', then: 'unready', run: async () => ({}) })
const unready = step({
  ...chained,
  name: 'unready',
  summary: 'Wait for labels that never come',
  key: async () => {
    throw new Failure('not-ready', 'cannot train: 2 classes must have labels, and 0 have')
  },
  run: async () => ({}),
})
const early = step({
  ...chained,
  name: 'early',
  summary: 'Find out only when it runs that its time has not come',
  async run() {
    throw new Failure('not-ready', 'cannot train: 3 labelled images still wait for the encoder')
  },
})
const before = step({
  ...chained,
  name: 'before',
  summary: 'Be followed by what comes too early',
  then: 'early',
  run: async () => ({}),
})
const touch = step({
  ...moment,
  name: 'touch',
  summary: 'Change something that is learnt from',
  input: z.object({ project: z.string() }),
  output: nothing,
  runs: 'here',
  then: 'second',
  run: async () => ({}),
})

export const testSteps: readonly Step[] = [
  echo,
  here,
  die,
  refuse,
  count,
  broken,
  first,
  second,
  unready,
  early,
  before,
  touch,
]
