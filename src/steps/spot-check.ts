import { z } from 'zod'
import { Failure, type Image, type ImageId, type Project } from '../base/index.ts'
import { randomFrom, shuffleInto } from '../math/index.ts'
import { wrongAtMost } from '../measure/index.ts'
import type { Store } from '../store/index.ts'
import { membersOf } from './cluster-members.ts'
import { levelField } from './clusters.ts'
import { imageField, projectField } from './fields.ts'
import { showImages } from './show.ts'
import { step } from './step.ts'
import { ImageView } from './views.ts'

const imagesMost = 400_000 // as many ids as a request of 4 MB holds
const input = z.object({
  project: projectField,
  cluster: z.int().min(0).optional().describe('its number, as the step clusters gives it'),
  level: levelField,
  images: z
    .array(imageField)
    .min(1)
    .max(imagesMost)
    .optional()
    .describe('instead of a cluster: just these, labelled or not, as those chosen on a map'),
  except: z.array(imageField).max(10_000).optional().describe('images of them that show something else'),
  size: z.int().min(1).max(500).default(60).describe('how many to look at; 59 right ones show 95%'),
  seed: z.int().min(0).optional().describe('the same seed draws the same; changes with each label'),
})

export const spotCheck = step({
  name: 'spot-check',
  summary: 'Draw images of a cluster, or of those given, and say what each number of wrong ones would show',
  input,
  output: z.object({
    of: z.int().describe('how many they are: of a cluster, those that one name would label'),
    images: z.array(ImageView).describe('the draw, each of them equally likely'),
    wrongAtMost: z
      .array(z.number().min(0).max(1))
      .describe(
        'when 0, 1, 2… of the draw are wrong and left out: the share of the others that is wrong, at most, ' +
          '95 times in 100',
      ),
  }),
  takes: 'a moment',
  runs: 'here',
  // It writes nothing, but its exceptions are too many for an address.
  reads: false,
  positional: ['project', 'cluster'],
  async run(it, { store }) {
    const project = await store.projects.get(it.project)
    const open = await crowdOf(store, project, it)
    const { position } = await store.projects.counts(it.project)
    const random = randomFrom(it.seed ?? project.seed + position)
    const drawn = shuffleInto([...open], random).slice(0, it.size)
    const count = { of: open.length, checked: drawn.length }
    return {
      of: open.length,
      images: await showImages(store, it.project, drawn),
      wrongAtMost: Array.from({ length: drawn.length + 1 }, (_, wrong) => shareLeft({ ...count, wrong })),
    }
  },
})

async function crowdOf(
  store: Store,
  project: Project,
  { cluster, level, images, except }: z.infer<typeof input>,
): Promise<readonly Image[]> {
  if ((cluster === undefined) === (images === undefined)) {
    throw new Failure('bad-input', 'cannot draw images to look at: name a cluster or images, one of the two')
  }
  if (cluster !== undefined) return (await membersOf(store, project, { cluster, level, except })).open
  const out = new Set(except)
  const ids = [...new Set(images)].filter((id) => !out.has(id)) as ImageId[]
  return store.images.byIds(project.name, ids)
}

/** Those found wrong are taken out, so that only the others count. */
function shareLeft(count: { readonly of: number; readonly checked: number; readonly wrong: number }): number {
  const left = count.of - count.wrong
  return left === 0 ? 0 : (wrongAtMost(count) - count.wrong) / left
}
