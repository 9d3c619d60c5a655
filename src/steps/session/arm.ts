// The control arm against as many labels that were asked for, both measured on the validation images.
import type { Project } from '../../base/index.ts'
import { meanOf, placeOfLargest, randomFrom, rowOf, rowsOf } from '../../math/index.ts'
import { pairedBootstrap } from '../../measure/index.ts'
import { controlArm } from '../control.ts'
import { rowsFor } from '../embeddings.ts'
import type { Lesson } from '../lesson.ts'
import { workOf } from '../report/ledger.ts'
import { controlMin } from '../report/trials.ts'
import type { RoundFigures } from './views.ts'
import type { Answers } from '../validation.ts'
import type { World } from '../world.ts'

type Of = {
  readonly project: Project
  readonly lesson: Lesson
  readonly answers: Answers
  readonly pull: number
}

/** Null while chance has drawn too few. */
export async function armOf(of: Of, world: World): Promise<RoundFigures['arm']> {
  const { project, lesson, answers } = of
  const placeOf = new Map<number, number>(lesson.images.map((image, place) => [image, place]))
  const drawn = new Set<number>(await controlArm(world.store, project))
  const places = (images: readonly number[]) => images.flatMap((image) => placeOf.get(image) ?? [])
  const control = places([...drawn])
  if (control.length < controlMin || answers.size === 0) return null
  const { answered } = await workOf(world.store, project.name)
  const chosen = places(answered.filter((image) => !drawn.has(image)))
  const random = await rightWith(control, of, world)
  const labels = control.length
  if (chosen.length < labels) return { labels, random: meanOf(random), asked: null, difference: null }
  const asked = await rightWith(chosen.slice(0, labels), of, world)
  const differences = Float64Array.from(asked, (one, i) => one - random[i]!)
  const difference = pairedBootstrap(differences, { random: randomFrom(project.seed) })
  return { labels, random: meanOf(random), asked: meanOf(asked), difference }
}

/** Where a head on these labels alone is right. */
async function rightWith(
  places: readonly number[],
  { project, lesson, answers, pull }: Of,
  { store, runtime, signal }: World,
): Promise<Uint8Array> {
  const classOf = Int32Array.from(places, (place) => lesson.classOf[place]!)
  const options = { classes: lesson.classes.length, pull, seed: project.seed, signal }
  const head = await runtime.trainHead(rowsOf(lesson.rows, places), classOf, options)
  const { ids, rows } = await rowsFor(store, project, answers.keys())
  const guesses = await runtime.probabilities(head, rows)
  const right = new Set(
    ids.filter((id, i) => lesson.classes[placeOfLargest(rowOf(guesses, i))]!.id === answers.get(id)),
  )
  return Uint8Array.from(answers.keys(), (image) => Number(right.has(image)))
}
