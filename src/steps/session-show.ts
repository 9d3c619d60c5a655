// From a session's rows to what people see.
import type { Question, Round, Session } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { Findings, noFindings, RoundFigures, Settings } from './session/views.ts'
import type { RoundView, SessionView } from './session/views.ts'

export const settingsOf = (session: Session): Settings => Settings.parse(session.settings)
export const findingsOf = (session: Session): Findings =>
  Object.keys(session.findings).length === 0 ? noFindings : Findings.parse(session.findings)

/** Nobody has to answer it any more. */
export const isSettled = ({ label, isSkipped }: Question): boolean => label !== null || isSkipped

export async function showSession(store: Store, project: string, session: Session): Promise<SessionView> {
  const rounds = await store.sessions.rounds(project, session.name)
  const open = rounds.find((round) => round.state === 'open')
  const questions = open ? await store.sessions.questions(project, session.name, open.number) : []
  const { name, description, state, why, createdAt, startedAt, completedAt } = session
  return {
    session: name,
    description,
    state,
    why,
    settings: settingsOf(session),
    createdAt,
    startedAt,
    completedAt,
    roundsDone: rounds.filter((round) => round.state === 'done').length,
    open: open ? { round: open.number, questions: questions.length, left: leftOf(questions) } : null,
    best: bestOf(session, rounds),
  }
}

/** The earliest of the most accurate; what was rolled back is out of the race. */
function bestOf(session: Session, rounds: readonly Round[]): SessionView['best'] {
  const gone = new Set(rounds.filter((round) => round.isRolledBack).map((round) => round.number))
  const standing = findingsOf(session).curve.filter(({ round }) => !gone.has(round))
  return standing.reduce<SessionView['best']>((a, b) => (a && a.accuracy >= b.accuracy ? a : b), null)
}

export async function showRounds(
  store: Store,
  project: string,
  session: Session,
): Promise<readonly RoundView[]> {
  const rounds = await store.sessions.rounds(project, session.name)
  const best = bestOf(session, rounds)?.round
  return Promise.all(
    rounds.map(async (round) => {
      const questions = await store.sessions.questions(project, session.name, round.number)
      return { ...showRound(round, questions), isBest: round.number === best }
    }),
  )
}

const showRound = (round: Round, questions: readonly Question[]): Omit<RoundView, 'isBest'> => ({
  round: round.number,
  state: round.state,
  isRolledBack: round.isRolledBack,
  version: round.version,
  strategy: round.strategy,
  chosen: round.says,
  questions: questions.length,
  left: round.state === 'open' ? leftOf(questions) : 0,
  startedAt: round.startedAt,
  completedAt: round.completedAt,
  ...RoundFigures.partial().parse(round.figures),
})

const leftOf = (questions: readonly Question[]): number => questions.filter((q) => !isSettled(q)).length
