import { z } from 'zod'
import { projectField, usually } from './fields.ts'
import { showSession } from './session-show.ts'
import { descriptionField, sessionField, Settings, SessionView, settingsShape } from './session/views.ts'
import { step } from './step.ts'

const { strategy, budget, rounds, validationShare, control, stopBelow, ...others } = settingsShape

export const sessionCreate = step({
  name: 'session-create',
  summary: 'Plan a session: rounds of questions, a version after each, and when to stop',
  input: z.object({
    project: projectField,
    session: sessionField,
    description: usually(descriptionField, ''),
    strategy: usually(strategy, 'auto'),
    budget: usually(budget, 50),
    rounds: usually(rounds, 10),
    validationShare: usually(validationShare, 0.2),
    control: usually(control, 0.1),
    stopBelow: usually(stopBelow, 0.01),
    ...others,
  }),
  output: SessionView,
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project', 'session'],
  async run({ project, session: name, description, ...given }, { store, now }) {
    const settings = Settings.parse(given)
    const created = await store.sessions.create(project, { name, description, settings, at: now() })
    return showSession(store, project, created)
  },
})
