// The sessions of a project and the one looked at, read again whenever something of the project moved.
import { perform } from '../client/client.ts'
import { faultOf } from '../words.ts'
import type { SessionStory, SessionView } from './story.ts'

let all = $state.raw<readonly SessionView[] | null>(null)
let story = $state.raw<SessionStory | null>(null)
let fault = $state<string | null>(null)

export const reading = {
  get all() {
    return all
  },
  get story() {
    return story
  },
  get fault() {
    return fault
  },
  leave(): void {
    all = story = fault = null
  },
  /** The one that is named, else the one that runs, else the newest. */
  async read(project: string, named: string | undefined): Promise<void> {
    try {
      const { sessions } = await perform('sessions', { project })
      const shown =
        sessions.find(({ session }) => session === named) ??
        sessions.find(({ state }) => state === 'running') ??
        sessions.at(-1)
      story = shown ? await perform('session', { project, session: shown.session }) : null
      all = [...sessions].reverse()
      fault = null
    } catch (thrown) {
      fault = faultOf(thrown)
    }
  },
}
