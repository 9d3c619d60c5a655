import type { House } from '../jobs/index.ts'
import type { Configuration, Step, World } from '../steps/index.ts'
import type { Stream } from './bar.ts'

/** What a command line is handed; the program's own stands in `main.ts`. */
export type CliOptions = {
  readonly steps: readonly Step[]
  readonly version: string
  readonly out: Stream
  readonly err: Stream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Fires at Ctrl-C, and when the program is told to end. */
  readonly interrupted: AbortSignal
  /** Flags are as typed; one that was not given is not there. */
  openHouse(flags: Readonly<Record<string, unknown>>, how: { readonly stays: boolean }): Promise<House>
  /** Performs a step whose row says that this input needs nothing that is kept. */
  performAlone(step: string, input: unknown, how: Alone): Promise<unknown>
  serve(house: House, at: Pick<Configuration, 'host' | 'port' | 'token'>): Promise<Server>
  restore(from: string, flags: Readonly<Record<string, unknown>>): Promise<unknown>
}
export type Server = { readonly url: string; close(): Promise<void> }

export type Alone = Pick<World, 'signal' | 'progress'> & {
  readonly flags: Readonly<Record<string, unknown>>
}

export type ExitCode = number
/** What one command needs once its words are read. */
export type Call = {
  readonly o: CliOptions
  /** The configuration's flags that were given. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly json: boolean
}
