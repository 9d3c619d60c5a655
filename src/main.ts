// Starts a face, or a child process of one. With `index.ts` the only place that builds the real World.
import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import path from 'node:path'
import type { Workplace } from './jobs/index.ts'
import type { Configuration, World } from './steps/index.ts'

// Half of a short command's time went into compiling our own code: 0.70 s of processor became 0.37.
// Coverage counts less exactly in what comes out of the cache.
if (!process.env['NODE_V8_COVERAGE']) enableCompileCache()

// Only after that line, and each process loads no more than it uses.
const { configure } = await import('./configured.ts')
const { openBowerbird } = await import('./index.ts')
const { steps } = await import('./steps/index.ts')

// The same folder seen from the sources and from what is built of them.
const builtPage = path.join(import.meta.dirname, '..', 'dist', 'page')

/** A child's world: here alone images are decoded and networks run, so those packages load here alone. */
async function makePlace(values: Configuration, log: World['log']): Promise<Workplace> {
  const { openHands } = await import('./alone.ts')
  const { openStore } = await import('./store/index.ts')
  const store = await openStore(values.data)
  const { close, ...hands } = openHands(values)
  const world = { ...hands, store, configuration: values, now: () => Date.now(), log }
  return {
    steps,
    world,
    async close() {
      await close()
      await store.close()
    },
  }
}

// A terminal sends Ctrl-C to everyone, and npm and the launcher pass it on: one press may arrive three times.
const samePressMs = 1_000

/** Aborted at the first Ctrl-C; a second one, of a person in a hurry, ends the program at once. */
function interruption(): AbortSignal {
  const interrupted = new AbortController()
  let first = 0
  const stop = (): void => {
    if (!interrupted.signal.aborted) first = performance.now()
    else if (performance.now() - first > samePressMs) process.exit(130)
    interrupted.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  return interrupted.signal
}

function version(): string {
  const file = path.join(import.meta.dirname, '..', 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

// Faults of ours, and what a person would wonder about later; the rest is for those who look for it.
const alwaysTold = new Set(['crashed', 'fault', 'worker ended', 'answering child ended', 'encoder-fell-back'])

function log(event: string, fields: Readonly<Record<string, unknown>>): void {
  if (!alwaysTold.has(event) && !process.env['BOWERBIRD_LOG']) return
  process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`)
}

async function startFace(argv: readonly string[]): Promise<number> {
  const { main } = await import('./cli/index.ts')
  // `bowerbird ledger birds | head`: who reads no further ends us, and that is no fault.
  process.stdout.on('error', () => process.exit(0))
  return main(argv, {
    steps,
    version: version(),
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    interrupted: interruption(),
    openHouse: async (flags, { stays }) => (await openBowerbird({ ...flags, log, stays })).house,
    async serve(house, { host, port, token }) {
      const { serve } = await import('./server/index.ts')
      return serve(house, { host, port, token, page: builtPage, log })
    },
    async restore(from, flags) {
      const { restoreBackup } = await import('./store/index.ts')
      return restoreBackup(from, configure(flags).data)
    },
    async performAlone(name, input, how) {
      const { performAlone } = await import('./alone.ts')
      return performAlone(name, input, { ...how, log })
    },
  })
}

async function startChild(args: readonly string[]): Promise<void> {
  const { roles, work } = await import('./jobs/index.ts')
  const role = roles.find((one) => one === args[args.indexOf('--role') + 1])
  if (process.send && role) return work(role, makePlace)
  process.stderr.write('bowerbird: work is started by bowerbird itself, as a child process\n')
  process.exit(2)
}

const [command, ...rest] = process.argv.slice(2)
if (command === 'work') await startChild(rest)
else {
  process.exitCode = await startFace(process.argv.slice(2))
  // All is closed by now; should something still hold the process, its user need not wait for it.
  setTimeout(() => process.exit(), 1_000).unref()
}
