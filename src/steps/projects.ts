import { z } from 'zod'
import { showProject } from './show.ts'
import { step } from './step.ts'
import { ProjectView } from './views.ts'

export const projects = step({
  name: 'projects',
  summary: 'List the projects with their counts and newest versions',
  input: z.object({}),
  output: z.object({ projects: z.array(ProjectView) }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  async run(_, { store }) {
    const all = await store.projects.list()
    return { projects: await Promise.all(all.map((project) => showProject(store, project))) }
  },
})
