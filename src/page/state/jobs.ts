// Jobs as views use them: begun, looked for, waited for, called off.
import type { InputOf, OutputOf } from '../../steps/index.ts'
import { cancelJob, Refusal, start, type While } from '../client/client.ts'
import type { Job } from '../client/types.ts'
import { house, isUnderWay } from './house.svelte.ts'
import { toasts } from './toasts.svelte.ts'

/** The newest job of a project that is under way: any, or of one step. */
export const underWay = (project: string, step?: While): Job | undefined =>
  house.jobs.find(
    (job) => job.project === project && (step === undefined || job.step === step) && isUnderWay(job),
  )

/** Whoever wants to know how it went sees it among the jobs. */
export async function begin<N extends While>(step: N, input: InputOf<N>): Promise<void> {
  try {
    house.seen(await start(step, input))
  } catch (thrown) {
    toasts.bad(thrown)
  }
}

/** A job from its start to its output; one that ends otherwise is thrown. */
export async function run<N extends While>(step: N, input: InputOf<N>): Promise<OutputOf<N>> {
  const { state, output, error } = await house.ended(await start(step, input))
  if (state === 'done') return output as OutputOf<N>
  throw new Refusal(error?.kind ?? 'cancelled', error?.message ?? `the job ${step} was ${state}`)
}

export const cancel = (job: Job): Promise<void> =>
  cancelJob(job.id).catch((thrown: unknown) => toasts.bad(thrown))
