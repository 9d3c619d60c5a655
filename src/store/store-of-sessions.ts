// Verbs of sessions, their rounds, and who is asked about what.
import type { ImageId, Question, Round, Session, SessionState, Time } from '../base/index.ts'

export type Sessions = {
  create(
    project: string,
    session: Pick<Session, 'name' | 'description' | 'settings'> & { readonly at: Time },
  ): Promise<Session>
  /** Oldest first. */
  list(project: string): Promise<readonly Session[]>
  /** Fails as not-found with the names there are. */
  get(project: string, name: string): Promise<Session>
  /** The one that runs: there is one at most. */
  running(project: string): Promise<Session | undefined>
  update(
    project: string,
    name: string,
    change: Partial<Pick<Session, 'name' | 'description' | 'settings' | 'findings'>>,
  ): Promise<Session>
  /** Fails as not-ready in any state but these, or when another session of the project runs already. */
  move(
    project: string,
    name: string,
    to: { readonly state: SessionState; readonly from: readonly SessionState[]; readonly at: Time } & {
      readonly why?: string
    },
  ): Promise<Session>
  /** With its rounds; versions and labels stay. */
  remove(project: string, name: string): Promise<void>
  /** Oldest first. */
  rounds(project: string, name: string): Promise<readonly Round[]>
  /** In their order. */
  questions(project: string, name: string, round: number): Promise<readonly Question[]>
  /** Atomic, with its questions; false, and nothing written, unless it is next in a session that runs. */
  openRound(project: string, name: string, round: NewRound): Promise<boolean>
  /** Atomic, with what the session found; false, and nothing written, unless it is open. */
  closeRound(
    project: string,
    name: string,
    end: Pick<Round, 'number' | 'version' | 'figures'> & Pick<Session, 'findings'> & { readonly at: Time },
  ): Promise<boolean>
  /** Marks the rounds after this one; gives how many. */
  rollBack(project: string, name: string, to: number): Promise<number>
}
export type NewRound = Pick<Round, 'number' | 'strategy' | 'says' | 'position'> & {
  readonly questions: readonly Pick<Question, 'image' | 'reason' | 'isDrawn'>[]
  readonly at: Time
}

/** Which images a person is asked about just now: nobody else is until then. */
export type Leases = {
  /** Atomic: the first `count` of these that no one else holds; held by this person from now on. */
  take(
    project: string,
    images: readonly ImageId[],
    hold: { readonly by: string; readonly now: Time; readonly until: Time; readonly count: number },
  ): Promise<readonly ImageId[]>
  /** What others hold, and until when. */
  ofOthers(
    project: string,
    than: { readonly by: string; readonly now: Time },
  ): Promise<ReadonlyMap<ImageId, Time>>
}
