import path from 'node:path'
import { z } from 'zod'
import { Failure, inOrder } from '../base/index.ts'
import type { ClassId, ImageId } from '../base/index.ts'
import { countFound, demoImages, type Demo, type Found, found } from '../images/index.ts'
import { type IntakeOptions, labelsImported, takeIn } from './intake.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

const input = z.object({
  project: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'a project’s name is 1 to 64 of a to z, 0 to 9 and -')
    .describe('the project that the images go into'),
  from: z
    .string()
    .min(1)
    .describe('a folder, zip, tar, CSV or JSON Lines of path,label,group, or one image; or demo'),
  labels: z
    .enum(['none', 'folders'])
    .default('none')
    .describe(
      'folders: label by the folder that an image lies in, or by what a list or a data set’s own files say',
    ),
  create: z.boolean().default(true).describe('create the project when there is none of that name'),
  as: z.string().min(1).optional().describe('the title of a project that is created; else the folder’s name'),
})
type Input = z.infer<typeof input>

export const add = step({
  name: 'add',
  summary: 'Add images from a folder, an archive, a list or the demo',
  input,
  output: z.object({
    found: z.int(),
    added: z.int(),
    alreadyThere: z.int(),
    nearDuplicates: z.int(),
    labelled: z.int(),
    skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
    skippedCount: z.int(),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project', 'from'],
  then: 'embed',
  run: (input, world) => (input.from === 'demo' ? addDemo(input, world) : addPlace(input, world)),
})

async function addPlace(given: Input, world: World) {
  const { project, from, labels } = given
  const options = { signal: world.signal, bytesMax: world.configuration.imageBytesMax }
  // First of all: a place that cannot be read leaves no empty project behind.
  const total = await countFound(from, options)
  await ensureProject(given, { title: given.as ?? titleOf(from), isDemo: false }, world)
  const act = `add ${from} ${world.now()}`
  const kept = labels === 'folders' ? labelsImported(project, act, world) : async () => 0
  return takeIn(found(from, options), { project, total, kept }, world)
}

async function addDemo(given: Input, world: World) {
  const { project } = given
  const demo = await demoImages()
  const { isDemo } = await ensureProject(given, { title: demo.title, isDemo: true }, world)
  if (!isDemo) {
    throw new Failure(
      'bad-input',
      `cannot add the demo to "${project}": it holds other images; give a name that is not yet used`,
    )
  }
  const truth = new Map<ImageId, ClassId>()
  const kept = await truthCollected(truth, { project, demo, world })
  const tally = await takeIn(drawn(demo), { project, total: demo.names.length, kept }, world)
  await world.store.truth.set(project, truth)
  return tally
}

/** The answers are kept where the loop does not look. */
async function truthCollected(
  truth: Map<ImageId, ClassId>,
  { project, demo, world }: { readonly project: string; readonly demo: Demo; readonly world: World },
): Promise<IntakeOptions['kept']> {
  const classes = await world.store.classes.ensure(project, demo.classes)
  const idOf = new Map(classes.map(({ name, id }) => [name, id]))
  return async (batch) => {
    for (const { id, label } of batch) truth.set(id, idOf.get(label!)!)
    return 0
  }
}

const drawn = (demo: Demo): AsyncIterable<Found> =>
  inOrder(demo.names.keys(), 8, async (i) => ({
    name: demo.names[i]!,
    source: { bytes: await demo.bytes(i) },
    label: demo.classes[demo.labels[i]!]!,
    group: null,
  }))

async function ensureProject(
  { project, create }: Input,
  { title, isDemo }: { readonly title: string; readonly isDemo: boolean },
  { store, configuration, now }: World,
) {
  const there = create ? await store.projects.maybe(project) : await store.projects.get(project)
  if (there) return there
  const { encoder, seed } = configuration
  const shares = { testShare: 0.1, validationShare: 0.1 } // as `create` gives them
  return store.projects.create({ name: project, title, encoder, seed, ...shares, isDemo, at: now() })
}

const titleOf = (from: string): string => path.basename(path.resolve(from)).replace(/\.[a-z.]+$/i, '')
