// What every face talks to: steps performed here or in a child process, jobs started, watched and cancelled.
import type { Job, JobId } from '../base/index.ts'
import type { Step, World } from '../steps/index.ts'

export type House = {
  readonly steps: readonly Step[]
  readonly store: World['store']
  readonly configuration: World['configuration']
  /**
   * Performs a step that takes a moment, here or in a child process as its row says, and gives its output.
   * What the row's `then` names is started in the background.
   */
  perform(step: string, input: unknown): Promise<unknown>
  /** Starts a step that takes a while; a repeat of what was done or is under way gives that job. */
  start(step: string, input: unknown, how?: { readonly again?: boolean }): Promise<Job>
  /** Each change, until the job ended or the signal fired. */
  watch(id: JobId, signal?: AbortSignal): AsyncIterable<Job>
  cancel(id: JobId): Promise<Job>
  close(): Promise<void>
}
