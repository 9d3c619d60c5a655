import { z } from 'zod'
import { projectField } from './fields.ts'
import { step } from './step.ts'

export const remove = step({
  name: 'remove',
  summary: 'Remove a project with its labels, versions and predictions',
  input: z.object({ project: projectField }),
  output: z.object({ removed: z.string() }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project'],
  async run({ project }, { store }) {
    await store.projects.get(project)
    await store.projects.remove(project)
    return { removed: project }
  },
})
