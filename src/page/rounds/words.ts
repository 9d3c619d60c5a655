// What a session's states and ways are called.
import { percent } from '../../figures/index.ts'
import { many } from '../words.ts'
import type { SessionStory, SessionView } from './story.ts'

export const stateSays: Readonly<Record<SessionView['state'], string>> = {
  new: 'planned',
  running: 'running',
  paused: 'paused',
  completed: 'done',
  cancelled: 'cancelled',
}
/** What can be done with a session in each state. */
export const waysOf = {
  new: [{ step: 'session-start', says: 'Start' }],
  running: [
    { step: 'session-pause', says: 'Pause' },
    { step: 'session-cancel', says: 'End it' },
  ],
  paused: [
    { step: 'session-resume', says: 'Go on' },
    { step: 'session-cancel', says: 'End it' },
  ],
  completed: [],
  cancelled: [],
} as const satisfies Record<SessionView['state'], readonly unknown[]>
export type Way = (typeof waysOf)[SessionView['state']][number]['step']

/** What advice would change, as a button says it. */
export const changeSays = (change: Readonly<Record<string, string | number | null>>): string =>
  Object.entries(change)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => {
      if (name === 'validationShare') return `${Math.round(100 * Number(value))}% to measure by`
      return name === 'epochs' ? `${value} epochs` : `${name} ${value}`
    })
    .join(', ')

export const signed = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}`

/** The curve's own heading is what it found. */
export function findingOf({ curve, best, rounds }: SessionStory): string {
  if (curve.length === 0) return 'The curve begins when the first round is done'
  const first = curve[0]!
  if (!best || curve.length === 1) return `${percent(first.accuracy)} after the first round`
  const done = rounds.filter((round) => round.state === 'done').length
  return `${percent(best.accuracy)} at best, in round ${best.round} of ${done}`
}

/** What stands where the curve will be. */
export function waitsFor({ state, open }: SessionStory): string {
  if (open) return `Round ${open.round} waits for ${many(open.left, 'answer')}.`
  if (state === 'new') return 'Start the session; its first round opens by itself.'
  if (state === 'running') return 'The next round is being made ready.'
  return 'No round was measured: it takes labelled validation pictures.'
}
