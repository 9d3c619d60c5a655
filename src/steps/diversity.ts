// How varied the labels are that a head learns from: what they reach, and how much they repeat one another.
import { z } from 'zod'
import type { Project } from '../base/index.ts'
import { matrix, randomFrom, rowsOf, shuffleInto } from '../math/index.ts'
import { diversity, type Diversity } from '../measure/index.ts'
import { rowsFor } from './embeddings.ts'
import type { Lesson } from './lesson.ts'
import type { World } from './world.ts'

export const DiversityView = z.object({
  radius: z.number().nullable().describe('from the image farthest from all labelled ones to the nearest'),
  radius95: z.number().nullable().describe('the same for nineteen images in twenty'),
  meanDistance: z.number().nullable(),
  entropy: z.number().describe('of the classes: 1 when all have equally many labels'),
  redundancy: z.number().nullable().describe('1 when each labelled image has a copy among them'),
})

const poolMost = 5000 // a coverage radius of more, by an even draw
const labelledMost = 2000

type Of = Pick<Project, 'name' | 'createdAt' | 'encoder' | 'seed'>

export async function diversityOf(
  project: Of,
  { rows, classOf, classes }: Lesson,
  { store, runtime }: Pick<World, 'store' | 'runtime'>,
): Promise<Diversity> {
  const random = randomFrom(project.seed)
  const ids = shuffleInto(await store.images.ids(project.name, { split: 'train' }), random)
  const pool = await rowsFor(store, project, ids.subarray(0, poolMost))
  const some = shuffleInto([...Array(rows.rows).keys()], random).slice(0, labelledMost)
  const counts = classes.map((_, place) => classOf.filter((its) => its === place).length)
  const labelled = rows.rows === 0 ? matrix(0, 0) : rowsOf(rows, some)
  return diversity({ pool: pool.rows, labelled, counts }, runtime)
}
