import { z } from 'zod'
import { Failure, type Project } from '../base/index.ts'
import { layOut } from '../cluster/index.ts'
import type { Matrix } from '../math/index.ts'
import { principalPlane } from '../results/index.ts'
import { rowsFor } from './embeddings.ts'
import { projectField } from './fields.ts'
import { keepMap, packed } from './kept-map.ts'
import { step } from './step.ts'
import { toolsOf } from './tools.ts'
import type { World } from './world.ts'

export const map = step({
  name: 'map',
  summary: 'Draw a map of the images on which those that look alike stand together',
  input: z.object({
    project: projectField,
    seed: z.int().min(0).optional().describe('the same seed gives the same map; the project’s, if left out'),
  }),
  output: z.object({ images: z.int().describe('how many stand on it') }),
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
    const at = await placesOf(rows, it.seed ?? project.seed, world)
    const kept = { count: ids.length, ids: packed(Int32Array.from(ids)), at: packed(at) }
    await keepMap(store, project, { encoder: project.encoder, ...kept })
    return { images: ids.length }
  },
})

const notEmbedded = ({ name, encoder }: Project): Failure =>
  new Failure(
    'not-ready',
    `cannot draw the map of ${name}: its images must be vectors first, and none has been through the ` +
      `encoder ${encoder}; bowerbird embed ${name} does it`,
  )

async function placesOf(rows: Matrix, seed: number, world: World): Promise<Uint16Array> {
  world.progress({ done: 0, total: null, sentence: `looking for the neighbours of ${rows.rows} images` })
  const tools = toolsOf(world, seed)
  const start = await principalPlane(rows, tools)
  const breathe = async (done: number, total: number): Promise<void> => {
    world.progress({ done, total, sentence: 'moving look-alikes together' })
    world.signal.throwIfAborted()
    await new Promise((go) => setImmediate(go))
  }
  return quantised(await layOut(rows, { start, breathe }, tools))
}

const largest = 65_535

/** Both directions on one scale, and the shorter one in the middle. */
function quantised({ rows, data }: Matrix): Uint16Array {
  const low = [Infinity, Infinity]
  const high = [-Infinity, -Infinity]
  data.forEach((x, i) => {
    low[i % 2] = Math.min(low[i % 2]!, x)
    high[i % 2] = Math.max(high[i % 2]!, x)
  })
  const side = Math.max(high[0]! - low[0]!, high[1]! - low[1]!) || 1
  const middle = [(low[0]! + high[0]!) / 2, (low[1]! + high[1]!) / 2]
  const scaled = (x: number, i: number) => Math.round(largest * (0.5 + (x - middle[i % 2]!) / side))
  return Uint16Array.from({ length: 2 * rows }, (_, i) => scaled(data[i]!, i))
}
