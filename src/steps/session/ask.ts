// What `ask` serves while a session runs: its round's open questions, each to one person at a time.
import { Failure, type Project, type Question, type Round, type Session } from '../../base/index.ts'
import type { StrategyName } from '../../query/index.ts'
import { usualBudget, type Chosen } from '../ask/choices.ts'
import { openNext } from './open.ts'
import { isSettled } from '../session-show.ts'
import type { World } from '../world.ts'

export type OfRound = { readonly session: string; readonly number: number; readonly questions: number }
type Asking = {
  readonly by: string
  readonly minutes: number
  readonly budget?: number | undefined
  readonly exclude?: readonly number[] | undefined
}

/** The session named, or the one that runs; none for who asks outside of any. */
export async function sessionToAsk(
  { session, split }: { readonly session?: string | undefined; readonly split: string },
  project: Project,
  { store }: Pick<World, 'store'>,
): Promise<Session | undefined> {
  if (session === 'none' || (session === undefined && split !== 'train')) return undefined
  if (session === undefined) return store.sessions.running(project.name)
  const named = await store.sessions.get(project.name, session)
  if (named.state === 'running') return named
  throw new Failure('not-ready', `cannot ask: session "${session}" must run, and it is ${named.state}`)
}

export async function askedOfSession(
  asking: Asking,
  { project, session }: { readonly project: Project; readonly session: Session },
  world: World,
): Promise<Chosen & { readonly round: OfRound }> {
  const { store } = world
  const round = await openRoundOf(project, session, world)
  const { number } = round
  const questions = await store.sessions.questions(project.name, session.name, number)
  const open = questions.filter((question) => !isSettled(question))
  const { choices, free } = await leased(asking, { project, open }, world)
  return {
    choices,
    strategy: round.strategy as StrategyName,
    says: sentenceOf(`round ${number} of “${session.name}”`, { round, questions, open, choices }),
    left: free,
    live: undefined,
    round: { session: session.name, number, questions: questions.length },
  }
}

/** Where no page is open nobody has opened it yet. */
async function openRoundOf(project: Project, session: Session, world: World): Promise<Round> {
  const rounds = () => world.store.sessions.rounds(project.name, session.name)
  const newest = (await rounds()).at(-1)
  if (newest?.state === 'open') return newest
  const { says } = await openNext({ project, session }, world)
  const opened = (await rounds()).at(-1)
  if (opened?.state === 'open') return opened
  throw new Failure('not-ready', `cannot ask: ${says}`)
}

/** Those that nobody else holds; free are these and all others that nobody holds. */
async function leased(
  { by, minutes, budget = usualBudget, exclude = [] }: Asking,
  { project, open }: { readonly project: Project; readonly open: readonly Question[] },
  { store, now }: World,
): Promise<{ readonly choices: Chosen['choices']; readonly free: number }> {
  const at = now()
  const shown = new Set<number>(exclude)
  const held = await store.leases.ofOthers(project.name, { by, now: at })
  const free = open.filter(({ image }) => !shown.has(image) && !held.has(image))
  const images = free.map(({ image }) => image)
  const hold = { by, now: at, until: at + minutes * 60_000, count: budget }
  const taken = new Set(await store.leases.take(project.name, images, hold))
  const choices = free
    .filter(({ image }) => taken.has(image))
    .map(({ image, reason, isDrawn, split }) => ({ image, reason, isControl: isDrawn && split === 'train' }))
  return { choices, free: free.length }
}

type Served = {
  readonly round: Round
  readonly questions: readonly Question[]
  readonly open: readonly Question[]
  readonly choices: Chosen['choices']
}

function sentenceOf(name: string, { round, questions, open, choices }: Served): string {
  if (open.length === 0) {
    return `${name} is answered: the next opens once session-advance has trained and measured what it taught`
  }
  const left = `${name}: ${open.length} of ${questions.length} questions are open`
  return choices.length > 0 ? `${left}; ${round.says}` : `${left}, and others are answering these`
}
