import { z } from 'zod'
import { Failure, splits } from '../base/index.ts'
import { projectField } from './fields.ts'
import { showRounds } from './session-show.ts'
import { roundField, RoundView, sessionField } from './session/views.ts'
import { namesById } from './show.ts'
import { step } from './step.ts'

const Asked = z.object({
  image: z.int(),
  reason: z.string(),
  isControl: z.boolean().describe('whether chance drew it to compare with'),
  split: z.enum(splits),
  label: z.string().nullable(),
  isSkipped: z.boolean(),
})

export const round = step({
  name: 'round',
  summary: 'Show a round of a session with its questions, why each was asked, and what was answered',
  input: z.object({ project: projectField, session: sessionField, round: roundField }),
  output: RoundView.extend({ asked: z.array(Asked) }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project', 'session', 'round'],
  async run({ project, session: name, round: number }, { store }) {
    const session = await store.sessions.get(project, name)
    const rounds = await showRounds(store, project, session)
    const shown = rounds.find((one) => one.round === number)
    if (!shown) {
      const there = rounds.length === 0 ? 'there are none yet' : `there are 1 to ${rounds.length}`
      throw new Failure('not-found', `session "${name}" has no round ${number}: ${there}`)
    }
    const questions = await store.sessions.questions(project, name, number)
    const names = namesById(await store.classes.list(project))
    const asked = questions.map(({ isDrawn, label, ...question }) => ({
      ...question,
      isControl: isDrawn && question.split === 'train',
      label: label === null ? null : (names.get(label) ?? null),
    }))
    return { ...shown, asked }
  },
})
