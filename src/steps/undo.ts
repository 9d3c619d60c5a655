import { z } from 'zod'
import { byField, projectField } from './fields.ts'
import { namesById } from './show.ts'
import { step } from './step.ts'

export const undo = step({
  name: 'undo',
  summary: 'Take back the newest answers, as they were given',
  input: z.object({ project: projectField, by: byField }),
  output: z.object({
    images: z
      .array(z.object({ image: z.int(), label: z.string().nullable() }))
      .describe('the images with the labels that they have again'),
    position: z.int().describe('where the ledger stands now'),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: false,
  positional: ['project'],
  then: 'train',
  async run({ project, by }, { store, now }) {
    await store.projects.get(project)
    const undone = await store.labels.undo(project, { by, at: now() })
    // An act may have named an image twice: its last event says what holds again.
    const labels = new Map(undone.map((entry) => [entry.image, entry.class]))
    const names = namesById(await store.classes.list(project))
    const { position } = await store.projects.counts(project)
    return {
      images: [...labels].map(([image, id]) => ({
        image,
        label: id === null ? null : (names.get(id) ?? null),
      })),
      position,
    }
  },
})
