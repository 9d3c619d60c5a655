import { z } from 'zod'
import { configuration, originsOf, type Configuration } from './configuration.ts'
import { step } from './step.ts'

export const config = step({
  name: 'config',
  summary: 'Print the configuration that holds, and where each value came from',
  input: z.object({}),
  output: z.object({
    values: z.array(
      z.object({
        name: z.string(),
        value: z.union([z.string(), z.number(), z.boolean()]),
        from: z.enum(['flag', 'environment', 'file', 'default']),
        says: z.string(),
      }),
    ),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  async run(_, world) {
    const origins = originsOf(world.configuration)
    const names = Object.keys(configuration.shape) as (keyof Configuration)[]
    return {
      values: names.map((name) => ({
        name,
        value: name === 'token' ? hidden(world.configuration.token) : world.configuration[name],
        from: origins[name] ?? 'default',
        says: configuration.shape[name].description ?? '',
      })),
    }
  },
})

/** A secret is never printed: shells, logs and pages keep what they show. */
export const hidden = (token: string): string => (token === '' ? '' : '(set)')
