// What asking saved over chance, as last measured: kept with the jobs, so that a reload forgets nothing.
import type { OutputOf } from '../../steps/index.ts'
import type { ProjectView } from '../client/types.ts'
import { house } from './house.svelte.ts'

export function reportOf({ name, createdAt }: ProjectView): OutputOf<'report'> | null {
  const job = house.jobs.find(
    (its) =>
      its.step === 'report' && its.project === name && its.state === 'done' && its.createdAt >= createdAt,
  )
  return job ? (job.output as OutputOf<'report'>) : null
}
