// What comes after a step by itself: adding is followed by embedding, an answer by training.
import { Failure, type Job, type Time } from '../base/index.ts'
import { followersOf, parseInput, type Step, type World } from '../steps/index.ts'
import { rowOf } from './messages.ts'

export type Done = { readonly step: Step; readonly project: string | null; readonly at: Time }

/** Enqueues what the step's row names, with the project alone as its input; says whether anything waits. */
export async function follow(done: Done, steps: readonly Step[], store: World['store']): Promise<boolean> {
  const { project } = done
  if (!project) return false
  const jobs: (Job | undefined)[] = []
  for (const name of followersOf(done.step)) {
    jobs.push(await enqueued(rowOf(steps, name), { ...done, project }, store))
  }
  return jobs.some((job) => job !== undefined)
}

/**
 * One that waits already will see what changed; one whose time has not come (no labels yet) is not started,
 * and that is no failure.
 */
async function enqueued(
  next: Step,
  { step, project, at }: Done & { readonly project: string },
  store: World['store'],
): Promise<Job | undefined> {
  const queued = await store.jobs.list({ project, state: 'queued' })
  const waiting = queued.find((job) => job.step === next.name)
  if (waiting) return waiting
  try {
    const input = parseInput(next, { project })
    const key = await keyOf(next, input, { store, otherwise: `after ${step.name} ${at}` })
    return await store.jobs.enqueue({ key, project, step: next.name, input: { project }, at })
  } catch (error) {
    if (error instanceof Failure && error.kind === 'not-ready') return undefined
    throw error
  }
}

/** Only what follows by itself has the project alone as its input: a person's is stored with its defaults. */
export const isFollower = (job: Job): boolean => Object.keys(job.input ?? {}).join() === 'project'

/** What a job computes; a step that cannot say so is done anew each time. */
export async function keyOf(
  step: Step,
  input: Readonly<Record<string, unknown>>,
  o: { readonly store: World['store']; readonly otherwise: string },
): Promise<string> {
  return `${step.name}: ${step.key ? await step.key(input, o) : o.otherwise}`
}

export function projectOf(input: Readonly<Record<string, unknown>>): string | null {
  const project = input['project']
  return typeof project === 'string' ? project : null
}
