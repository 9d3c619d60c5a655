// Labels change on the page at once; the server follows, in order. Without a line they wait, and are kept.
import type { InputOf } from '../../steps/index.ts'
import { isOffline, perform } from '../client/client.ts'
import { house } from './house.svelte.ts'
import { save, saved } from './saved.ts'
import { settings } from './settings.svelte.ts'
import { toasts } from './toasts.svelte.ts'

type Answer = InputOf<'answer'>['answers'][number]
export type Change = { readonly image: number; readonly label: string | null }
type Act = {
  readonly project: string
  readonly answers: readonly Answer[]
  readonly before: readonly Change[]
  /** Of more answers than one call holds: all calls of that name are one act, and undone as one. */
  readonly act?: string
}

const answersMax = 10_000 // as many as one act may hold
const retryMs = 2000
let waiting = $state.raw<readonly Act[]>(saved<readonly Act[]>('waiting', []))
let session = $state({ answers: 0, seconds: 0 })
let isSending = false
const listeners = new Set<(project: string, changes: readonly Change[]) => void>()

export const answers = {
  /** Images whose labels the server has not yet acknowledged. */
  get waiting(): number {
    return waiting.reduce((sum, act) => sum + act.answers.length, 0)
  },
  /** What this sitting brought: for "1.3 s each". */
  get session() {
    return session
  },
  listen(listener: (project: string, changes: readonly Change[]) => void): () => void {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  give(project: string, given: readonly Answer[], before: readonly Change[]): void {
    const timed = given.filter((answer) => answer.seconds !== undefined && answer.seconds !== null)
    session.answers += given.length
    session.seconds += timed.reduce((sum, answer) => sum + (answer.seconds ?? 0), 0)
    tell(
      project,
      given.map(({ image, label }) => ({ image, label: label ?? null })),
    )
    const act =
      given.length > answersMax ? { act: `${settings.it.by} at ${Date.now()}, ${given[0]!.image}` } : {}
    for (let from = 0; from < given.length; from += answersMax) {
      const some = given.slice(from, from + answersMax)
      keep([...waiting, { project, answers: some, before: before.slice(from, from + answersMax), ...act }])
    }
    void sendAll()
  },
  /** What was done, said with the way back. */
  say(project: string, text: string): void {
    toasts.say(text, { says: 'Undo', run: () => void answers.undo(project) })
  },
  async undo(project: string): Promise<void> {
    await sendAll()
    try {
      const { images } = await perform('undo', { project, by: settings.it.by })
      tell(project, images)
      house.refresh(project)
      const count = images.length
      toasts.say(
        count === 0 ? 'Nothing left to undo' : `Took back ${count} ${count === 1 ? 'label' : 'labels'}`,
      )
    } catch (thrown) {
      toasts.bad(thrown)
    }
  },
  sendAll,
}

async function sendAll(): Promise<void> {
  if (isSending) return
  isSending = true
  while (waiting.length > 0) {
    const act = waiting[0]!
    try {
      const name = act.act === undefined ? {} : { act: act.act }
      const given = { project: act.project, answers: [...act.answers], by: settings.it.by }
      await perform('answer', { ...given, ...name })
      house.refresh(act.project)
    } catch (thrown) {
      if (isOffline(thrown)) break
      tell(act.project, act.before)
      toasts.bad(thrown)
    }
    keep(waiting.slice(1))
  }
  isSending = false
  if (waiting.length > 0) setTimeout(() => void sendAll(), retryMs)
}

function keep(acts: readonly Act[]): void {
  waiting = acts
  save('waiting', acts)
}

function tell(project: string, changes: readonly Change[]): void {
  for (const listener of listeners) listener(project, changes)
}
void sendAll()
