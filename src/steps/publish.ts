import { z } from 'zod'
import { projectField, versionField } from './fields.ts'
import { modelOf } from './find.ts'
import { checkGolden } from './served.ts'
import { step } from './step.ts'

export const publish = step({
  name: 'publish',
  summary: 'Let a version predict from now on, after it was loaded, warmed and checked',
  input: z.object({
    project: projectField,
    version: versionField.optional().describe('the version; the newest, if left out'),
  }),
  output: z.object({ version: z.int(), previous: z.int().nullable() }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project', 'version'],
  async run({ project: name, version }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const model = await modelOf(store, name, version)
    await checkGolden(world, project, model)
    const previous = await store.models.alias(name, 'champion')
    // Publishing twice is once: a repeat in the history would make a roll back go nowhere.
    if (previous?.version !== model.version) {
      await store.models.point(name, 'champion', model.version, world.now())
    }
    return { version: model.version, previous: previous?.version ?? null }
  },
})
