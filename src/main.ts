// Starts a face, or a child process of one. With `index.ts` the only place that builds the real World.
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { main } from './cli/index.ts'
import { cacheFolder, configure, openBowerbird } from './index.ts'
import { roles, work, type Role, type Workplace } from './jobs/index.ts'
import { steps, type Configuration, type World } from './steps/index.ts'
import { openStore, restoreBackup } from './store/index.ts'

const log = (event: string, fields: Readonly<Record<string, unknown>>): void => {
  if (process.env['BOWERBIRD_LOG']) process.stderr.write(`${JSON.stringify({ event, ...fields })}\n`)
}

/** A child's world: here alone images are decoded and networks run, so the packages for it load here alone. */
async function makePlace(values: Configuration, log: World['log']): Promise<Workplace> {
  const [{ openImages }, { openRuntime }] = await Promise.all([
    import('./images/index.ts'),
    import('./runtime/index.ts'),
  ])
  const store = await openStore(values.data)
  const cores = values.cores || os.availableParallelism()
  const { imagePixelsMax: pixelsMax, imageBytesMax: bytesMax } = values
  const images = openImages({ pixelsMax, bytesMax, children: cores })
  const runtime = openRuntime({ cores, cache: cacheFolder(values) })
  const world = { store, images, runtime, configuration: values, now: () => Date.now(), log }
  return {
    steps,
    world,
    async close() {
      await Promise.all([images.close(), runtime.close()])
      await store.close()
    },
  }
}

/** Aborted at the first Ctrl-C; the second ends the program at once. */
function interruption(): AbortSignal {
  const interrupted = new AbortController()
  const stop = (): void => {
    if (interrupted.signal.aborted) process.exit(130)
    interrupted.abort()
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  return interrupted.signal
}

const version = (): string => {
  const file = path.join(import.meta.dirname, '..', 'package.json')
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}

const startFace = (argv: readonly string[]): Promise<number> =>
  main(argv, {
    steps,
    version: version(),
    out: process.stdout,
    err: process.stderr,
    env: process.env,
    interrupted: interruption(),
    openHouse: async (flags, { stays }) => (await openBowerbird({ ...flags, log, stays })).house,
    async serve(house, { host, port, token }) {
      // Loaded here alone: the other commands start in half the time.
      const { serve } = await import('./server/index.ts')
      return serve(house, { host, port, token, page: builtPage, log })
    },
    restore: (from, flags) => restoreBackup(from, configure(flags).data),
  })
// The same folder seen from the sources and from what is built of them.
const builtPage = path.join(import.meta.dirname, '..', 'dist', 'page')

const [command, ...rest] = process.argv.slice(2)
if (command === 'work') {
  const role = rest[rest.indexOf('--role') + 1]
  if (!process.send || !roles.includes(role as Role)) {
    process.stderr.write('bowerbird: work is started by bowerbird itself, as a child process\n')
    process.exit(2)
  }
  await work(role as Role, makePlace)
} else {
  process.exitCode = await startFace(process.argv.slice(2))
}
