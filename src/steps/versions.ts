import { z } from 'zod'
import { projectField } from './fields.ts'
import { isReady, showVersion } from './show.ts'
import { step } from './step.ts'
import { VersionView } from './views.ts'

export const versions = step({
  name: 'versions',
  summary: 'List a project’s trained versions, newest first, and what was published when',
  input: z.object({ project: projectField }),
  output: z.object({
    versions: z.array(VersionView),
    champion: z.int().nullable().describe('the version that predicts'),
    history: z.array(z.object({ version: z.int(), at: z.number() })).describe('what was published when'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  async run({ project }, { store }) {
    await store.projects.get(project)
    const [models, champion, history] = await Promise.all([
      store.models.list(project),
      store.models.alias(project, 'champion'),
      store.models.aliasHistory(project, 'champion'),
    ])
    return {
      versions: models
        .filter(isReady)
        .sort((a, b) => b.version - a.version)
        .map((model) => showVersion(model, champion?.version)),
      champion: champion?.version ?? null,
      history: history.map(({ version, at }) => ({ version, at })),
    }
  },
})
