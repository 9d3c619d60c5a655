// What a session is read as.
import type { OutputOf } from '../../steps/index.ts'

export type SessionView = OutputOf<'sessions'>['sessions'][number]
export type SessionStory = OutputOf<'session'>
export type RoundView = SessionStory['rounds'][number]
