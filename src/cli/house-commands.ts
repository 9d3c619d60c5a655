// Commands that are no step: the queue of jobs, and bringing a backup back.
import type { Command } from 'commander'
import { Failure, type Job, type JobId } from '../base/index.ts'
import type { CliOptions } from './options.ts'
import { print, withHouse } from './run.ts'
import { addSharedOptions, callOf, commandNamed } from './step-command.ts'

export const houseCommands = (o: CliOptions): Command[] => [jobs(o), job(o), cancel(o), restore(o)]

const shown = (one: Job) => ({
  id: one.id,
  step: one.step,
  project: one.project,
  state: one.state,
  createdAt: one.createdAt,
  says: one.error?.message ?? one.progress.sentence,
})

function command(name: string, summary: string): Command {
  const made = commandNamed({ name, summary })
  addSharedOptions(made)
  return made
}

function jobs(o: CliOptions): Command {
  const made = command('jobs', 'List the newest jobs').option('--project <text>', 'only this project’s')
  return made.action(async () => {
    const call = callOf(made, o)
    const { project } = made.opts<{ project?: string }>()
    const list = await withHouse(call, (house) =>
      house.store.jobs.list({ limit: 50, ...(project ? { project } : {}) }),
    )
    print(call, call.json ? list : { jobs: list.map(shown) })
  })
}

function job(o: CliOptions): Command {
  const made = command('job', 'Show one job: its progress, its output or its error')
  return made.argument('<id>', 'the job’s number').action(async (id: string) => {
    const call = callOf(made, o)
    const found = await withHouse(call, (house) => house.store.jobs.get(jobId(id)))
    print(call, call.json ? found : { ...shown(found), output: found.output })
  })
}

function cancel(o: CliOptions): Command {
  const made = command('cancel', 'Cancel a job that waits or runs')
  return made.argument('<id>', 'the job’s number').action(async (id: string) => {
    const call = callOf(made, o)
    const cancelled = await withHouse(call, (house) => house.cancel(jobId(id)))
    print(call, call.json ? cancelled : shown(cancelled))
  })
}

function restore(o: CliOptions): Command {
  const made = command('restore', 'Bring a backup back into an empty data folder')
  return made.argument('<from>', 'the folder that backup wrote').action(async (from: string) => {
    const call = callOf(made, o)
    print(call, await o.restore(from, call.flags))
  })
}

function jobId(text: string): JobId {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text) as JobId
  throw new Failure(
    'bad-input',
    `a job is named by its number, and "${text}" was given: bowerbird jobs lists them`,
  )
}
