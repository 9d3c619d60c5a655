import { z } from 'zod'
import { projectField } from './fields.ts'
import { findingsOf, showRounds, showSession } from './session-show.ts'
import { Findings, RoundView, sessionField, SessionView } from './session/views.ts'
import { step } from './step.ts'

export const session = step({
  name: 'session',
  summary: 'Show a session: its rounds, the best of them, what more labels would bring, and advice',
  input: z.object({ project: projectField, session: sessionField }),
  output: SessionView.extend({ rounds: z.array(RoundView), ...Findings.shape }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project', 'session'],
  async run({ project, session: name }, { store }) {
    const found = await store.sessions.get(project, name)
    const [view, rounds] = await Promise.all([
      showSession(store, project, found),
      showRounds(store, project, found),
    ])
    return { ...view, rounds: [...rounds], ...findingsOf(found) }
  },
})
