// The library: one typed method for each step, over the same House that command line and server use.
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Failure } from './base/index.ts'
import type { House } from './jobs/index.ts'
import {
  resolveConfiguration,
  steps,
  type Configuration,
  type InputOf,
  type OutputOf,
  type StepName,
  type World,
} from './steps/index.ts'

export { Failure, kinds, type FailureKind } from './base/index.ts'
export type { Configuration, House, InputOf, OutputOf, StepName }

/** Steps as methods; what takes a while resolves when its job is done. */
type Methods = { [Name in StepName]: (input: InputOf<Name>) => Promise<OutputOf<Name>> }
export type Bowerbird = Methods & {
  readonly house: House
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
export type Options = {
  readonly [Name in keyof Configuration]?: Configuration[Name] | undefined
} & {
  /** Data, never prose; by default nothing is written. */
  readonly log?: World['log']
  /** A program that stays (a server) also runs what follows by itself, and what others left behind. */
  readonly stays?: boolean
}

// One embeds or adds for minutes; the other trains meanwhile, so that answers are learnt from at once.
const jobWorkers = 2
const extension = path.extname(import.meta.filename)
const mainFile = path.join(import.meta.dirname, `main${extension}`)

/** Opens a data folder, or makes it. Close it: it holds a database and child processes. */
export async function openBowerbird(options: Options = {}): Promise<Bowerbird> {
  const { log = () => {}, stays = false, ...flags } = options
  const values = configure(flags)
  // The database's package is as much to load as all else: a command that keeps nothing goes without.
  const [{ openHouse }, { openStore }] = await Promise.all([
    import('./jobs/index.ts'),
    import('./store/index.ts'),
  ])
  const store = await openStore(values.data)
  const opened = openHouse({
    store,
    steps,
    configuration: values,
    worker: {
      command: process.execPath,
      args: ['--no-warnings', mainFile, 'work', '--data', path.resolve(values.data)],
    },
    jobWorkers,
    now: () => Date.now(),
    log,
    stays,
  })
  const close = async (): Promise<void> => {
    await opened.close()
    await store.close()
  }
  const house = { ...opened, close }
  const methods = Object.fromEntries(
    steps.map((step) => [step.name, (input: unknown) => house.perform(step.name, input)]),
  ) as Methods
  return { ...methods, house, close, [Symbol.asyncDispose]: close }
}

/** Flags over environment over `bowerbird.config.json` here over defaults. */
export function configure(flags: Readonly<Record<string, unknown>>): Configuration {
  const file = path.resolve('bowerbird.config.json')
  return resolveConfiguration(flags, process.env, existsSync(file) ? read(file) : null).values
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('not-allowed', `cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
}

/** Where encoders are kept unless told: each system's place for what can be fetched again. */
export function cacheFolder(values: Pick<Configuration, 'cache'>): string {
  if (values.cache) return path.resolve(values.cache)
  const home = os.homedir()
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env
  const places: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, 'Library', 'Caches'),
    win32: local ?? path.join(home, 'AppData', 'Local'),
  }
  return path.join(places[process.platform] ?? (xdg || path.join(home, '.cache')), 'bowerbird')
}
