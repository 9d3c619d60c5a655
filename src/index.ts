// The library: one typed method for each step, over the same House that command line and server use.
import path from 'node:path'
import { configure } from './configured.ts'
import type { House } from './jobs/index.ts'
import {
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

/**
 * `bowerbird annotate` without a project: labels pictures or vectors that lie in files, and writes the results;
 * no data folder comes to be.
 */
export async function annotate(
  input: InputOf<'annotate'>,
  how: Partial<Pick<World, 'signal' | 'progress' | 'log'>> & { readonly configuration?: Options } = {},
): Promise<OutputOf<'annotate'>> {
  const { performAlone } = await import('./alone.ts')
  const { configuration: flags = {}, signal = new AbortController().signal, progress, log } = how
  const silent = (): void => {}
  const seen = { flags, signal, progress: progress ?? silent, log: log ?? silent }
  return (await performAlone('annotate', input, seen)) as OutputOf<'annotate'>
}
