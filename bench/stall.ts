// How long the process that answers HTTP ever stands still while images are embedded: children do the work.
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { openBowerbird } from '../src/index.ts'
import { serve } from '../src/server/index.ts'
import type { Bench, Report } from './bench.ts'

const lagMsMax = 50
const resolutionMs = 1

export const bench: Bench = {
  name: 'stall',
  says: 'the worst stop of the HTTP process while the demo is embedded and a page is in use: 50 ms / worst',
  async run(report) {
    const data = mkdtempSync(path.join(os.tmpdir(), 'bowerbird-stall-'))
    const bower = await openBowerbird({ data, encoder: 'builtin', stays: true })
    const server = await serve(bower.house, { host: '127.0.0.1', port: 0, token: '' })
    try {
      report.say('adding the demo')
      await bower.add({ project: 'demo', from: 'demo' })
      return lagMsMax / (await worstWhile(server.url, report, () => bower.embed({ project: 'demo' })))
    } finally {
      await server.close()
      await bower.close()
      rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    }
  },
}

async function worstWhile(url: string, report: Report, act: () => Promise<unknown>): Promise<number> {
  const caller = new Worker(callingAsThePageDoes, { eval: true, workerData: url })
  await new Promise((done) => setTimeout(done, 1_000)) // routes, statements and code are warm
  const lag = monitorEventLoopDelay({ resolution: resolutionMs })
  report.say('embedding it')
  lag.enable()
  const ownWork = watchOwnWork()
  const from = performance.now()
  await act()
  const seconds = (performance.now() - from) / 1000
  lag.disable()
  const ownMs = ownWork.worst()
  const answered = await new Promise<{ count: number; p99: number; worst: number }>((done) => {
    caller.once('message', done)
    caller.postMessage('stop', [])
  })
  // The histogram counts the timer's own millisecond in.
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolutionMs)
  const worst = ms(lag.max)
  report.row({ what: 'embedding, s', worst: seconds.toFixed(1), count: 1 })
  report.row({
    what: 'loop stands still, ms',
    p50: shown(ms(lag.percentile(50))),
    p99: shown(ms(lag.percentile(99))),
    worst: shown(worst),
  })
  // The rest of a stop is the machine's: another process had the core.
  report.row({ what: 'of it own work, ms', worst: shown(ownMs) })
  report.row({
    what: 'answers, ms',
    p99: shown(answered.p99),
    worst: shown(answered.worst),
    count: answered.count,
  })
  return worst
}

const shown = (ms: number): string => ms.toFixed(1)

/** The most processor time that this thread itself took between two looks, a millisecond apart. */
function watchOwnWork(): { worst(): number } {
  let worst = 0
  let last = process.threadCpuUsage()
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(last)
    worst = Math.max(worst, (user + system) / 1000)
    last = process.threadCpuUsage()
  }, resolutionMs)
  return {
    worst() {
      clearInterval(timer)
      return worst
    },
  }
}

// In a thread of its own, so that its work is not taken for the server's.
const callingAsThePageDoes = `
const { parentPort, workerData: url } = require('node:worker_threads')
const paths = ['/v1/projects', '/v1/images?project=demo&size=200', '/v1/project?project=demo', '/v1/jobs',
  '/v1/images/7/thumbnail?project=demo', '/v1/versions?project=demo', '/health']
const took = []
let isStopped = false
parentPort.once('message', () => { isStopped = true })
fetch(url + '/v1/events')
  .then(async (answer) => { for await (const part of answer.body) void part })
  .catch(() => {})
;(async () => {
  for (let i = 0; !isStopped; i++) {
    const from = performance.now()
    await (await fetch(url + paths[i % paths.length])).arrayBuffer()
    took.push(performance.now() - from)
    await new Promise((done) => setTimeout(done, 20))
  }
  took.sort((a, b) => a - b)
  const p99 = took[Math.floor(took.length * 0.99)]
  parentPort.postMessage({ count: took.length, p99, worst: took.at(-1) })
  process.exit(0)
})()
`
