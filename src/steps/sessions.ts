import { z } from 'zod'
import { projectField } from './fields.ts'
import { showSession } from './session-show.ts'
import { SessionView } from './session/views.ts'
import { step } from './step.ts'

export const sessions = step({
  name: 'sessions',
  summary: 'List a project’s sessions, the oldest first',
  input: z.object({ project: projectField }),
  output: z.object({ sessions: z.array(SessionView) }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  async run({ project }, { store }) {
    const all = await store.sessions.list(project)
    return { sessions: await Promise.all(all.map((session) => showSession(store, project, session))) }
  },
})
