import { z } from 'zod'
import { Failure, type Project, type Version } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { projectField } from './fields.ts'
import { checkGolden } from './served.ts'
import { step } from './step.ts'

export const rollback = step({
  name: 'rollback',
  summary: 'Let the version predict that did so before; again goes one further back',
  input: z.object({ project: projectField }),
  output: z.object({ version: z.int(), previous: z.int() }),
  takes: 'a moment',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async run({ project: name }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const { standing, rollbacks } = await publishedOf(store, project)
    const [to, from] = standing.slice(-2)
    if (to === undefined || from === undefined) {
      throw new Failure(
        'not-ready',
        `cannot roll ${name} back: it takes a version published before, and there are ${standing.length} published`,
      )
    }
    await checkGolden(world, project, await store.models.get(name, to))
    const { length: turn } = await store.models.aliasHistory(name, 'champion')
    await store.models.point(name, 'champion', to, world.now())
    await store.settings.set(rollbacksKey(project), [...rollbacks, turn])
    return { version: to, previous: from }
  },
})

/** The versions published and not rolled back, oldest first. */
async function publishedOf(store: Store, project: Project) {
  const history = await store.models.aliasHistory(project.name, 'champion')
  const kept = z.array(z.int()).safeParse(await store.settings.get(rollbacksKey(project)))
  const rollbacks = kept.success ? kept.data : []
  const standing: Version[] = []
  history.forEach(({ version }, turn) => {
    if (rollbacks.includes(turn)) standing.pop()
    else standing.push(version)
  })
  return { standing, rollbacks }
}

/** Which turns of the alias's history were steps back: after 1, 2, back to 1, there is nothing before 1. */
const rollbacksKey = (project: Pick<Project, 'name' | 'createdAt'>): string =>
  `rollbacks of ${project.name} of ${project.createdAt}`
