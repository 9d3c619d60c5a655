// What a face and its child processes say to each other, over IPC with structured cloning.
import { Failure, kinds, sentenceOf, type FailureKind, type JobId } from '../base/index.ts'
import type { Configuration, Step, World } from '../steps/index.ts'

/** `answer` performs moments on request; `jobs` claims what the store's queue holds. */
export const roles = ['answer', 'jobs'] as const
export type Role = (typeof roles)[number]

export type ToChild =
  | { readonly type: 'begin'; readonly configuration: Configuration }
  | { readonly type: 'perform'; readonly id: number; readonly step: string; readonly input: unknown }
  /** There may be work, or the job in hand may have been cancelled: look at once. */
  | { readonly type: 'nudge' }
  | { readonly type: 'close' }

export type FromChild =
  | { readonly type: 'ready' }
  | { readonly type: 'unable'; readonly error: Trouble }
  | { readonly type: 'done'; readonly id: number; readonly output: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: Trouble }
  /** The job in hand; null: none. */
  | { readonly type: 'holds'; readonly job: JobId | null }
  | { readonly type: 'log'; readonly event: string; readonly fields: Readonly<Record<string, unknown>> }

/** What a role hears after it began; `close` is fulfilled when nothing is in hand any more. */
export type Duty = { hear(message: ToChild): void; close(): Promise<void> }
export type Say = (message: FromChild, then?: () => void) => void

/** A failure as data: it crosses processes and is kept in rows. */
export type Trouble = { readonly kind: FailureKind; readonly message: string }

/** All that a child process works with; what is of one request is added to the world there. */
export type Workplace = {
  readonly steps: readonly Step[]
  readonly world: Omit<World, 'signal' | 'progress'>
  close(): Promise<void>
}

/** Whatever is no Failure is a fault of ours: it counts as a crash. */
export const troubleOf = (thrown: unknown): Trouble => ({
  kind: thrown instanceof Failure ? thrown.kind : 'crashed',
  message: sentenceOf(thrown),
})

export const failureOf = (trouble: { readonly kind: string; readonly message: string }): Failure =>
  new Failure(isKind(trouble.kind) ? trouble.kind : 'crashed', trouble.message)

const isKind = (text: string): text is FailureKind => Object.hasOwn(kinds, text)

/** A step's row by its name; the failure names those there are. */
export function rowOf(steps: readonly Step[], name: string): Step {
  const row = steps.find((step) => step.name === name)
  if (row) return row
  throw new Failure(
    'not-found',
    `there is no step "${name}": the steps are ${steps.map((step) => step.name).join(', ')}`,
  )
}
