import { z } from 'zod'
import { labelOrigins, type Position } from '../base/index.ts'
import { projectField } from './fields.ts'
import { namesById } from './show.ts'
import { step } from './step.ts'

export const ledger = step({
  name: 'ledger',
  summary: 'Read the ledger of labels: who said what, when and how',
  input: z.object({
    project: projectField,
    after: z.int().min(0).default(0).describe('the position to read on from'),
    limit: z.int().min(1).max(10_000).default(1000).describe('how many entries at most'),
  }),
  output: z.object({
    entries: z.array(
      z.object({
        position: z.int(),
        image: z.int(),
        label: z.string().nullable(),
        origin: z.enum(labelOrigins),
        by: z.string(),
        at: z.number(),
        seconds: z.number().nullable(),
        act: z.string(),
        undoes: z.int().nullable(),
      }),
    ),
    next: z.int().nullable().describe('the position to read on from; null at the end'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project'],
  async run({ project, after, limit }, { store }) {
    await store.projects.get(project)
    const names = namesById(await store.classes.list(project))
    const entries = await store.labels.ledger(project, after as Position, limit)
    return {
      entries: entries.map(({ class: id, ...entry }) => ({
        ...entry,
        label: id === null ? null : (names.get(id) ?? null),
      })),
      next: entries.length === limit ? entries.at(-1)!.position : null,
    }
  },
})
