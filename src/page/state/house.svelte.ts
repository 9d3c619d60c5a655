// What the server knows, kept fresh by its one stream of events.
import type { OutputOf } from '../../steps/index.ts'
import { jobById, jobs as listJobs, perform } from '../client/client.ts'
import { listen } from '../client/events.ts'
import type { Job, ProjectView, VersionView } from '../client/types.ts'
import { faultOf, many, number } from '../words.ts'
import { toasts } from './toasts.svelte.ts'

let projects = $state.raw<readonly ProjectView[] | null>(null)
let jobs = $state.raw<ReadonlyMap<number, Job>>(new Map())
let versions = $state.raw<readonly VersionView[]>([])
let link = $state<'connecting' | 'open' | 'lost'>('connecting')
let fault = $state<string | null>(null)
let looking: string | null = null
const waiting = new Map<number, (job: Job) => void>()
const jobsShown = 40

export const isUnderWay = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

export const house = {
  get projects() {
    return projects
  },
  get jobs(): readonly Job[] {
    return [...jobs.values()].sort((a, b) => b.id - a.id).slice(0, jobsShown)
  },
  /** Of the project being looked at, newest first. */
  get versions() {
    return versions
  },
  get link() {
    return link
  },
  get fault() {
    return fault
  },
  project(name: string | null): ProjectView | undefined {
    return projects?.find((project) => project.name === name)
  },
  async look(name: string | null): Promise<void> {
    looking = name
    versions = []
    if (name) await readVersions(name)
  },
  readProjects,
  refresh,
  refreshNow: readOne,
  seen,
  /** The job once it ended. */
  ended(job: Job): Promise<Job> {
    seen(job)
    if (!isUnderWay(jobs.get(job.id)!)) return Promise.resolve(jobs.get(job.id)!)
    return new Promise((done) => waiting.set(job.id, done))
  },
}

export function connect(): () => void {
  return listen({
    onJob: seen,
    onProject: refresh,
    onOpen: () => {
      link = 'open'
      void readAll()
    },
    onLost: () => (link = 'lost'),
  })
}

async function readAll(): Promise<void> {
  await readProjects()
  if (looking) await readVersions(looking)
  const fresh = await listJobs().catch(() => [])
  for (const job of fresh) seen(job)
  for (const id of waiting.keys()) void jobById(id).then(seen)
}

async function readProjects(): Promise<void> {
  try {
    projects = (await perform('projects', {})).projects
    fault = null
  } catch (thrown) {
    fault = faultOf(thrown)
  }
}

async function readVersions(name: string): Promise<void> {
  const fresh = await perform('versions', { project: name }).catch(() => null)
  if (fresh && looking === name) versions = fresh.versions
}

function seen(job: Job): void {
  const before = jobs.get(job.id)
  jobs = new Map(jobs).set(job.id, job)
  if (isUnderWay(job)) return
  const waits = waiting.get(job.id)
  waits?.(job)
  waiting.delete(job.id)
  if (before && isUnderWay(before) && !waits) tellEnd(job)
  if (job.project && (!before || isUnderWay(before))) refresh(job.project)
}

/** Nobody waits for it: it says itself how it ended. */
function tellEnd({ step, state, error, output }: Job): void {
  if (state === 'failed') return toasts.bad(error?.message ?? `${step} failed`)
  if (state !== 'done' || step !== 'add') return
  const { added, alreadyThere, skippedCount } = output as OutputOf<'add'>
  const parts = [
    `${many(added, 'picture')} added`,
    ...(alreadyThere > 0 ? [`${number(alreadyThere)} there already`] : []),
    ...(skippedCount > 0 ? [`${number(skippedCount)} skipped: see Jobs`] : []),
  ]
  toasts.say(parts.join(', '))
}

// Answers come faster than the counts are worth reading: at most one reading per project each 300 ms.
const restMs = 300
const resting = new Map<string, { again: boolean }>()

function refresh(name: string): void {
  if (!name) return void readProjects()
  const rest = resting.get(name)
  if (rest) {
    rest.again = true
    return
  }
  resting.set(name, { again: false })
  void readOne(name)
  setTimeout(() => {
    const again = resting.get(name)?.again
    resting.delete(name)
    if (again) refresh(name)
  }, restMs)
}

async function readOne(name: string): Promise<void> {
  const fresh = await perform('project', { project: name }).catch(() => null)
  if (!fresh) return readProjects()
  const isNew = !projects?.some((project) => project.name === name)
  projects = isNew
    ? [...(projects ?? []), fresh]
    : (projects ?? []).map((project) => (project.name === name ? fresh : project))
  const isOld = looking === name && (fresh.latest?.version ?? 0) !== (versions[0]?.version ?? 0)
  const isMoved = fresh.champion !== (versions.find((version) => version.champion)?.version ?? null)
  if (looking === name && (isOld || isMoved)) await readVersions(name)
}
