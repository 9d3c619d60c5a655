import { z } from 'zod'
import { labelOrigins } from '../base/index.ts'
import { imageField, projectField } from './fields.ts'
import { imagesOf } from './find.ts'
import { namesById, showImages } from './show.ts'
import { step } from './step.ts'
import { ImageView } from './views.ts'

export const image = step({
  name: 'image',
  summary: 'Show an image with the history of its label',
  input: z.object({ project: projectField, image: imageField }),
  output: ImageView.extend({
    history: z.array(
      z.object({
        position: z.int(),
        label: z.string().nullable(),
        origin: z.enum(labelOrigins),
        by: z.string(),
        at: z.number(),
        seconds: z.number().nullable(),
      }),
    ),
  }),
  takes: 'a moment',
  runs: 'here',
  reads: true,
  positional: ['project', 'image'],
  async run(input, { store }) {
    await store.projects.get(input.project)
    const [found] = await imagesOf(store, input.project, [input.image])
    const [view] = await showImages(store, input.project, [found!])
    const names = namesById(await store.classes.list(input.project))
    const history = await store.labels.history(input.project, found!.id)
    return {
      ...view!,
      history: history.map(({ position, class: id, origin, by, at, seconds }) => ({
        position,
        origin,
        by,
        at,
        seconds,
        label: id === null ? null : (names.get(id) ?? null),
      })),
    }
  },
})
