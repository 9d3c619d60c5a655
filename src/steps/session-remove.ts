import { z } from 'zod'
import { Failure } from '../base/index.ts'
import { projectField } from './fields.ts'
import { sessionField } from './session/views.ts'
import { step } from './step.ts'

export const sessionRemove = step({
  name: 'session-remove',
  summary: 'Forget a session and its rounds; its labels and versions stay',
  input: z.object({ project: projectField, session: sessionField }),
  output: z.object({ removed: z.string() }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project', 'session'],
  async run({ project, session: name }, { store }) {
    const { state } = await store.sessions.get(project, name)
    if (state === 'running') {
      throw new Failure(
        'not-ready',
        `cannot remove "${name}": it must not run, and it does; pause or cancel it`,
      )
    }
    await store.sessions.remove(project, name)
    return { removed: name }
  },
})
