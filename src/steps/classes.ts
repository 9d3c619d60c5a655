import { z } from 'zod'
import { Failure } from '../base/index.ts'
import { classField, projectField } from './fields.ts'
import { classNamed } from './find.ts'
import { step } from './step.ts'
import { ClassView } from './views.ts'

export const classes = step({
  name: 'classes',
  summary: 'List a project’s classes; add some, or rename one',
  input: z.object({
    project: projectField,
    add: z.array(classField).max(10_000).optional().describe('classes to add after those there are'),
    rename: z
      .object({ from: z.string().describe('the class as it is named now'), to: classField })
      .optional()
      .describe('a class to give another name'),
  }),
  output: z.object({ classes: z.array(ClassView) }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project'],
  async run({ project, add, rename }, { store }) {
    await store.projects.get(project)
    if (add?.length) await store.classes.ensure(project, add)
    if (rename) {
      const there = await store.classes.list(project)
      classNamed(there, rename.from)
      if (rename.from !== rename.to && there.some((c) => c.name === rename.to)) {
        throw new Failure(
          'already-there',
          `cannot rename ${rename.from} to ${rename.to}: names are unique, and ${rename.to} is a class already`,
        )
      }
      await store.classes.rename(project, rename.from, rename.to)
    }
    const all = await store.classes.list(project)
    return { classes: all.map(({ name, place, labelled }) => ({ name, place, labelled })) }
  },
})
