import { z } from 'zod'
import { Failure, type Model, type Project } from '../base/index.ts'
import { projectField, versionField } from './fields.ts'
import { modelOf } from './find.ts'
import { gateOf } from './gate.ts'
import { checkGolden } from './served.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

export const publish = step({
  name: 'publish',
  summary: 'Let a version predict from now on, after it was loaded, warmed and checked',
  input: z.object({
    project: projectField,
    version: versionField.optional().describe('the version; the newest, if left out'),
    force: z
      .boolean()
      .default(false)
      .describe('whether to publish it even if it does worse on the validation images'),
  }),
  output: z.object({ version: z.int(), previous: z.int().nullable() }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project', 'version'],
  async run({ project: name, version, force }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const model = await modelOf(store, name, version)
    if (!force) await refuseWorse(project, model, world)
    await checkGolden(world, project, model)
    const previous = await store.models.alias(name, 'champion')
    // Publishing twice is once: a repeat in the history would make a roll back go nowhere.
    if (previous?.version !== model.version) {
      await store.models.point(name, 'champion', model.version, world.now())
    }
    return { version: model.version, previous: previous?.version ?? null }
  },
})

/** A person need not prove that it is as good: a session does, which publishes by itself. */
async function refuseWorse(project: Project, model: Model, world: World): Promise<void> {
  const { verdict, says } = await gateOf(project, model, world)
  if (verdict !== 'worse') return
  throw new Failure(
    'not-ready',
    `cannot publish version ${model.version}: ${says}; force publishes it all the same`,
  )
}
