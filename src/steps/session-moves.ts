// The ways a session goes: each a row of from where, to where.
import { z } from 'zod'
import type { SessionState } from '../base/index.ts'
import { projectField } from './fields.ts'
import { showSession } from './session-show.ts'
import { sessionField, SessionView } from './session/views.ts'
import { step, type Step } from './step.ts'

type Move = Pick<Step, 'summary' | 'then'> & {
  readonly from: readonly SessionState[]
  readonly to: SessionState
  readonly why?: string
}

const move = <Name extends string>(name: Name, { from, to, why, summary, then }: Move) =>
  step({
    name,
    summary,
    input: z.object({ project: projectField, session: sessionField }),
    output: SessionView,
    takes: 'a moment',
    runs: 'here',
    reads: false,
    positional: ['project', 'session'],
    ...(then ? { then } : {}),
    async run({ project, session }, { store, now }) {
      const moved = { state: to, from, at: now(), ...(why ? { why } : {}) }
      return showSession(store, project, await store.sessions.move(project, session, moved))
    },
  })

export const sessionStart = move('session-start', {
  summary: 'Start a session: its first round opens, and `ask` serves its questions',
  from: ['new'],
  to: 'running',
  then: 'session-advance',
})
export const sessionPause = move('session-pause', {
  summary: 'Pause a session: its round waits as it is, and `ask` serves other questions',
  from: ['running'],
  to: 'paused',
})
export const sessionResume = move('session-resume', {
  summary: 'Let a paused session go on where it was',
  from: ['paused'],
  to: 'running',
  then: 'session-advance',
})
export const sessionCancel = move('session-cancel', {
  summary: 'End a session before its time; its labels and versions stay',
  from: ['new', 'running', 'paused'],
  to: 'cancelled',
  why: 'someone cancelled it',
})
