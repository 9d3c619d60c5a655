import { z } from 'zod'
import { Failure, type Project } from '../base/index.ts'
import { autoSizes, clustererNames, clusterers, type Clusters } from '../cluster/index.ts'
import { matrix, rowOf, type Matrix, type Tools } from '../math/index.ts'
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
type Input = z.infer<typeof input>

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
    const { micro, meta } = await groupsOf(rows, { ...it, classes }, tools)
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

type Wanted = Pick<Input, 'cluster' | 'micro' | 'meta'> & { readonly classes: number }

async function groupsOf(rows: Matrix, o: Wanted, tools: Tools): Promise<Clusters & { meta: Int32Array }> {
  const sizes = autoSizes(rows.rows, o.classes)
  const wanted = Math.min(rows.rows, o.micro ?? sizes.clusters)
  const found = await clusterers[o.cluster].run(rows, { ...sizes, clusters: wanted }, tools)
  const { micro, centres } = numbered(rows, found)
  if (centres.rows < 2) return { micro, meta: micro }
  const clusters = Math.min(centres.rows, o.meta ?? metaFor(rows.rows, o.classes))
  const joined = await clusterers.agglomerative.run(centres, { smallest: 1, clusters }, tools)
  return { micro, meta: micro.map((id) => (id < 0 ? -1 : joined[id]!)) }
}

/** Twice the classes, so that each may look in two ways; of many images more, of 10,000 fifty. */
const metaFor = (images: number, classes: number): number =>
  Math.max(2 * classes, Math.round(Math.sqrt(images) / 2), 2)

/** Numbers without gaps, noise aside, and the mean direction of each. */
function numbered(rows: Matrix, found: Int32Array): { readonly micro: Int32Array; readonly centres: Matrix } {
  const numbers = new Map([...new Set(found)].filter((id) => id >= 0).map((id, i) => [id, i]))
  const micro = found.map((id) => numbers.get(id) ?? -1)
  const centres = matrix(numbers.size, rows.columns)
  micro.forEach((id, row) => {
    if (id >= 0) rowOf(rows, row).forEach((x, j) => (centres.data[id * rows.columns + j]! += x))
  })
  for (let id = 0; id < centres.rows; id++) {
    const centre = rowOf(centres, id)
    const length = Math.hypot(...centre) || 1
    centre.forEach((x, j) => (centre[j] = x / length))
  }
  return { micro, centres }
}
