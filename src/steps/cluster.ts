import { z } from 'zod'
import { Failure, type Project } from '../base/index.ts'
import { clustererNames, clusterers, twoLevels } from '../cluster/index.ts'
import { sheetsOf } from './cluster-sheets.ts'
import { rowsFor } from './embeddings.ts'
import { projectField } from './fields.ts'
import { keepClusters } from './kept-clusters.ts'
import { step } from './step.ts'
import { toolsOf } from './tools.ts'

const input = z.object({
  project: projectField,
  cluster: z
    .enum(clustererNames)
    .default('kmeans')
    .describe(
      `how they are found; ${clustererNames.map((name) => `${name}: ${clusterers[name].says}`).join('; ')}`,
    ),
  micro: z.int().min(1).optional().describe('how many small clusters; one for 20 images, if left out'),
  meta: z.int().min(1).optional().describe('how many large ones, made of small ones; by itself, if left out'),
  seed: z.int().min(0).optional().describe('the same seed gives the same bytes; the project’s, if left out'),
})

export const cluster = step({
  name: 'cluster',
  summary: 'Group images that look alike, so that one name labels many',
  input,
  output: z.object({
    images: z.int(),
    micro: z.int().describe('how many small clusters there are'),
    meta: z.int().describe('how many large ones, made of small ones'),
    noise: z.int().describe('how many images belong to none'),
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async key(it, { store }) {
    const project = await store.projects.get(it.project)
    const embedded = await store.embeddings.count(it.project, project.encoder)
    return JSON.stringify([project.createdAt, project.encoder, embedded, it])
  },
  async run(it, world) {
    const { store } = world
    const project = await store.projects.get(it.project)
    world.progress({ done: 0, total: null, sentence: 'reading the embeddings' })
    const { ids, rows } = await rowsFor(store, project, await store.images.ids(it.project, {}))
    if (ids.length === 0) throw notEmbedded(project)
    const tools = toolsOf(world, it.seed ?? project.seed)
    world.progress({ done: 0, total: null, sentence: `finding clusters of ${ids.length} images` })
    const classes = (await store.classes.list(it.project)).length
    const wanted = { by: it.cluster, classes, micro: it.micro, meta: it.meta }
    const { micro, meta } = await twoLevels(rows, wanted, tools)
    world.progress({ done: 0, total: null, sentence: 'choosing what to show of each cluster' })
    const sheets = await sheetsOf({ ids, rows }, { micro, meta }, tools)
    const { encoder } = project
    await keepClusters(store, project, {
      encoder,
      by: it.cluster,
      ids,
      micro: [...micro],
      meta: [...meta],
      sheets,
    })
    const noise = micro.filter((id) => id < 0).length
    return { images: ids.length, micro: sheets.micro.length, meta: sheets.meta.length, noise }
  },
})

const notEmbedded = ({ name, encoder }: Project): Failure =>
  new Failure(
    'not-ready',
    `cannot cluster ${name}: its images must be vectors first, and none has been through the encoder ` +
      `${encoder}; bowerbird embed ${name} does it`,
  )
