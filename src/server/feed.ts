// What the page must hear of: jobs and projects, read from the store while someone listens, and only then.
// Reading the store shows what other processes on the same data did, too.
import { sentenceOf, type Job, type Project } from '../base/index.ts'
import type { House } from '../jobs/index.ts'
import type { Log } from './server.ts'

const readEveryMs = 200
const jobsMax = 50

/** One thing that is told of: its whole state, as JSON. */
type Item = { readonly event: 'job' | 'project' | 'removed'; readonly data: string }
export type State = ReadonlyMap<string, Item>
export type Feed = {
  /** The state now; fresh, unless others listen already. */
  enter(): Promise<State>
  leave(): void
  now(): State
  /** Fulfilled with the next change, after the time, or when the signal fires. */
  change(timeoutMs: number, signal: AbortSignal): Promise<void>
}

/** One feed a project (or one for all) serves every listener. */
export function openFeeds(house: House, log: Log): (project: string | undefined) => Feed {
  const feeds = new Map<string | undefined, Feed>()
  return (project) => {
    const known = feeds.get(project)
    if (known) return known
    const feed = openFeed(() => readState(house, project), { log, forget: () => feeds.delete(project) })
    feeds.set(project, feed)
    return feed
  }
}

type How = { readonly log: Log; readonly forget: () => void }

function openFeed(read: (before: State) => Promise<State>, { log, forget }: How): Feed {
  let state: State = new Map()
  let listeners = 0
  let timer: NodeJS.Timeout | undefined
  const waiting = new Set<() => void>()

  const refresh = async (): Promise<void> => {
    const next = await read(state)
    if (isSame(state, next)) return
    state = next
    for (const wake of waiting) wake()
  }
  const tick = async (): Promise<void> => {
    // A store that is busy for a moment is read again at the next turn; the line stays up.
    await refresh().catch((error: unknown) => log('events not read', { message: sentenceOf(error) }))
    timer = listeners > 0 ? setTimeout(() => void tick(), readEveryMs) : undefined
  }
  return {
    async enter() {
      listeners++
      if (listeners === 1 || state.size === 0) await refresh()
      timer ??= setTimeout(() => void tick(), readEveryMs)
      return state
    },
    leave() {
      listeners--
      if (listeners > 0) return
      clearTimeout(timer)
      timer = undefined
      forget()
    },
    now: () => state,
    change: (timeoutMs, signal) =>
      new Promise((done) => {
        const end = (): void => {
          clearTimeout(late)
          waiting.delete(end)
          signal.removeEventListener('abort', end)
          done()
        }
        const late = setTimeout(end, timeoutMs)
        waiting.add(end)
        signal.addEventListener('abort', end)
        if (signal.aborted) end()
      }),
  }
}

const isSame = (a: State, b: State): boolean =>
  a.size === b.size && [...b].every(([key, item]) => a.get(key)?.data === item.data)

async function readState(house: House, project: string | undefined): Promise<State> {
  const { store } = house
  const all = await store.projects.list()
  const projects = project === undefined ? all : all.filter(({ name }) => name === project)
  const jobs = await store.jobs.list({ limit: jobsMax, ...(project !== undefined && { project }) })
  const state = new Map<string, Item>()
  for (const one of projects) state.set(`project ${one.name}`, await projectItem(house, one))
  if (project !== undefined && projects.length === 0)
    state.set(`project ${project}`, { event: 'removed', data: JSON.stringify({ project }) })
  // Oldest first: as they happened.
  for (const job of [...jobs].sort((a, b) => a.id - b.id)) state.set(`job ${job.id}`, jobItem(job))
  return state
}

const jobItem = (job: Job): Item => ({ event: 'job', data: JSON.stringify(job) })

async function projectItem({ store }: House, { name, title, encoder }: Project): Promise<Item> {
  const [counts, latest, champion, embedded, classes] = await Promise.all([
    store.projects.counts(name),
    store.models.latest(name),
    store.models.alias(name, 'champion'),
    store.embeddings.count(name, encoder),
    store.classes.list(name),
  ])
  const told = {
    project: name,
    title,
    encoder,
    position: counts.position,
    version: latest?.version ?? null,
    champion: champion?.version ?? null,
    figures: latest?.card.figures ?? null,
    counts,
    classes: classes.map((one) => ({ name: one.name, labelled: one.labelled })),
    embedded,
  }
  return { event: 'project', data: JSON.stringify(told) }
}
