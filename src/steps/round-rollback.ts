import { z } from 'zod'
import { Failure } from '../base/index.ts'
import { projectField } from './fields.ts'
import { publish } from './publish.ts'
import { roundField, sessionField } from './session/views.ts'
import { perform, step } from './step.ts'

export const roundRollback = step({
  name: 'round-rollback',
  summary: 'Go back to a round: its version predicts again, later rounds are marked, all labels are kept',
  input: z.object({ project: projectField, session: sessionField, round: roundField }),
  output: z.object({
    version: z.int(),
    previous: z.int().nullable(),
    marked: z.int().describe('how many later rounds no longer count'),
    says: z.string(),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project', 'session', 'round'],
  async run({ project, session, round: number }, world) {
    const { sessions, projects } = world.store
    const rounds = await sessions.rounds(project, session)
    const round = rounds.find((one) => one.number === number)
    if (!round?.version || round.isRolledBack) {
      const there = rounds.filter((one) => one.version && !one.isRolledBack).map((one) => one.number)
      const rule = `it takes a round with a version that stands, and there are ${there.join(', ') || 'none'}`
      throw new Failure('not-ready', `cannot go back to round ${number} of "${session}": ${rule}`)
    }
    const { version, previous } = await perform(
      publish,
      { project, version: round.version, force: true },
      world,
    )
    const marked = await sessions.rollBack(project, session, number)
    const { labelled } = (await projects.counts(project)).bySplit.train
    const says =
      `version ${version} of round ${number} predicts; ${marked} later rounds are marked; ` +
      `all ${labelled} labels are kept, and the next round learns from them`
    return { version, previous, marked, says }
  },
})
