import { z } from 'zod'
import { projectField } from './fields.ts'
import { showProject } from './show.ts'
import { step } from './step.ts'
import { ProjectView } from './views.ts'

export const project = step({
  name: 'project',
  summary: 'Show a project: its classes, counts and newest version',
  input: z.object({ project: projectField }),
  output: ProjectView,
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  run: async (input, { store }) => showProject(store, await store.projects.get(input.project)),
})
