import { z } from 'zod'
import { perhaps, projectField } from './fields.ts'
import { settingsOf, showSession } from './session-show.ts'
import { descriptionField, sessionField, Settings, SessionView, settingsShape } from './session/views.ts'
import { step } from './step.ts'

const orNull = <F extends z.ZodType>(field: F) => field.nullable().describe(`${field.description}, or null`)
const { own, minUncertainty, pull, epochs, batchSize, learningRate } = settingsShape
const { strategy, budget, rounds, validationShare, control, stopBelow } = settingsShape

export const sessionUpdate = step({
  name: 'session-update',
  summary: 'Change a session’s name, description or settings; the round in hand keeps its questions',
  input: z.object({
    project: projectField,
    session: sessionField,
    name: sessionField.optional().describe('its new name'),
    description: perhaps(descriptionField),
    strategy: perhaps(strategy),
    budget: perhaps(budget),
    rounds: perhaps(rounds),
    validationShare: perhaps(validationShare),
    control: perhaps(control),
    stopBelow: perhaps(stopBelow),
    own: orNull(own),
    minUncertainty: orNull(minUncertainty),
    pull: orNull(pull),
    epochs: orNull(epochs),
    batchSize: orNull(batchSize),
    learningRate: orNull(learningRate),
  }),
  output: SessionView,
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project', 'session'],
  async run({ project, session, name, description, ...given }, { store }) {
    const before = await store.sessions.get(project, session)
    const changed = Object.entries(given).filter(([, value]) => value !== undefined)
    const merged = { ...settingsOf(before), ...Object.fromEntries(changed) }
    const said = Object.entries(merged).filter(([, value]) => value !== null)
    const updated = await store.sessions.update(project, session, {
      settings: Settings.parse(Object.fromEntries(said)),
      ...(name === undefined ? {} : { name }),
      ...(description === undefined ? {} : { description }),
    })
    return showSession(store, project, updated)
  },
})
