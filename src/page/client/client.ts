// Steps over HTTP. What a step takes and gives comes from its schemas; here stands only how it is called.
import type { InputOf, OutputOf, StepName } from '../../steps/index.ts'
import type { Job, Prediction } from './types.ts'

/** The steps that the page performs: which are read by GET, and which answer with a job. */
const calls = {
  projects: 'read',
  project: 'read',
  images: 'read',
  image: 'read',
  ledger: 'read',
  versions: 'read',
  sessions: 'read',
  session: 'read',
  round: 'read',
  'round-compare': 'read',
  points: 'read',
  effort: 'read',
  clusters: 'read',
  suspects: 'read',
  config: 'read',
  create: 'act',
  remove: 'act',
  classes: 'act',
  ask: 'act',
  answer: 'act',
  undo: 'act',
  'label-cluster': 'act',
  'spot-check': 'act',
  'session-create': 'act',
  'session-update': 'act',
  'session-start': 'act',
  'session-pause': 'act',
  'session-resume': 'act',
  'session-cancel': 'act',
  'session-remove': 'act',
  'round-rollback': 'act',
  publish: 'act',
  rollback: 'act',
  predict: 'act',
  add: 'job',
  embed: 'job',
  train: 'job',
  map: 'job',
  cluster: 'job',
  evaluate: 'job',
  report: 'job',
  export: 'job',
  backup: 'job',
  check: 'job',
} as const satisfies Partial<Record<StepName, 'read' | 'act' | 'job'>>

type Calls = typeof calls
type Called = keyof Calls
export type Moment = { [N in Called]: Calls[N] extends 'job' ? never : N }[Called]
export type While = { [N in Called]: Calls[N] extends 'job' ? N : never }[Called]

/** What the server, or the way to it, said no with. */
export class Refusal extends Error {
  readonly kind: string
  /** What the server sent besides: an upload's wanted offset. */
  readonly body: unknown
  constructor(kind: string, message: string, body: unknown = null) {
    super(message)
    this.name = 'Refusal'
    this.kind = kind
    this.body = body
  }
}
export const isOffline = (thrown: unknown): boolean => thrown instanceof Refusal && thrown.kind === 'offline'

export async function send(path: string, how: RequestInit = {}): Promise<unknown> {
  const response = await fetch(path, how).catch((cause: unknown) => {
    if (how.signal?.aborted) throw new Refusal('cancelled', 'cancelled')
    throw new Refusal('offline', `bowerbird does not answer: ${String(cause)}`)
  })
  const isJson = response.headers.get('content-type')?.includes('json')
  const body: unknown = isJson ? await response.json() : null
  if (response.ok) return body
  const error = (body as { error?: { kind?: string; message?: string } } | null)?.error
  throw new Refusal(
    error?.kind ?? 'crashed',
    error?.message ?? `the server answered ${response.status} to ${path}`,
    body,
  )
}

export const json = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

/** Performs a step that takes a moment. */
export async function perform<N extends Moment>(
  name: N,
  input: InputOf<N>,
  signal?: AbortSignal,
): Promise<OutputOf<N>> {
  const how = signal ? { signal } : {}
  const body =
    calls[name] === 'read'
      ? await send(`/v1/${name}${query(input)}`, how)
      : await send(`/v1/${name}`, { ...json(input), ...how })
  return body as OutputOf<N>
}

/** Starts a step that takes a while. */
export async function start<N extends While>(name: N, input: InputOf<N>): Promise<Job> {
  return ((await send(`/v1/${name}`, json(input))) as { job: Job }).job
}

export async function jobs(project?: string): Promise<readonly Job[]> {
  return ((await send(`/v1/jobs${query({ project })}`)) as { jobs: readonly Job[] }).jobs
}
export async function cancelJob(id: number): Promise<void> {
  await send(`/v1/jobs/${id}/cancel`, { method: 'POST' })
}
export async function jobById(id: number): Promise<Job> {
  return ((await send(`/v1/jobs/${id}`)) as { job: Job }).job
}
export async function predictFile(project: string, file: File): Promise<Prediction> {
  const body = new FormData()
  body.append('file', file)
  return (await send(`/predict${query({ project, all: true })}`, { method: 'POST', body })) as Prediction
}
export const originalOf = (project: string, id: number): string => pictureOf(project, id, 'original')
export const thumbnailOf = (project: string, id: number): string => pictureOf(project, id, 'thumbnail')
const pictureOf = (project: string, id: number, size: 'original' | 'thumbnail'): string =>
  `/v1/images/${id}/${size}?project=${encodeURIComponent(project)}`

function query(input: object): string {
  const pairs = Object.entries(input).flatMap(([key, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [key, String(one)]),
  )
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`
}
