// How versions do on the labelled images of the validation split: nothing is learnt from these.
import type { ClassId, ImageId, Model, Project } from '../base/index.ts'
import { placeOfLargest, rowOf } from '../math/index.ts'
import { rowsFor } from './embeddings.ts'
import { marker, type Marks } from './exam.ts'
import { headOf } from './served.ts'
import type { World } from './world.ts'

export type Answers = ReadonlyMap<ImageId, ClassId>
type Of = { readonly project: Project; readonly model: Model; readonly answers: Answers }

export const validationOf = (project: Project, { store }: Pick<World, 'store'>): Promise<Answers> =>
  store.labels.current(project.name, { split: 'validation' })

export async function marksOf({ project, model, answers }: Of, world: World): Promise<Marks> {
  const { store, runtime } = world
  const { encoder, classes } = model.card
  const { ids, rows } = await rowsFor(store, { ...project, encoder }, answers.keys())
  const probabilities = await runtime.probabilities(await headOf(world, project, model), rows)
  const exams = marker(
    answers,
    classes.map(({ id }) => id),
    await store.classes.list(project.name),
  )
  exams.take({ ids: Int32Array.from(ids), probabilities })
  return exams.marks()
}

/** For each answer in its order 1 where the guess is right; who never saw an image is wrong of it. */
export function rightOf({ images, truth, probabilities }: Marks, answers: Answers): Uint8Array {
  const right = new Set(images.filter((_, i) => placeOfLargest(rowOf(probabilities, i)) === truth[i]))
  return Uint8Array.from(answers.keys(), (image) => Number(right.has(image)))
}
