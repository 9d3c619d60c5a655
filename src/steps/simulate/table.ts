// What sessions are played with: a project's images whose answers are known.
import { Failure, type ClassId, type ImageId, type Project } from '../../base/index.ts'
import { randomFrom, shuffleInto } from '../../math/index.ts'
import type { Store } from '../../store/index.ts'
import { byPosition } from '../ask/pool.ts'
import { rowsFor } from '../embeddings.ts'
import type { Given } from './seat.ts'

type Known = {
  readonly answers: ReadonlyMap<ImageId, ClassId>
  readonly imagesMin: number
  readonly imagesMax: number
}

export async function tableOf(
  project: Project,
  { answers, imagesMin, imagesMax }: Known,
  store: Store,
): Promise<Pick<Given, 'table' | 'truth'>> {
  const drawn = shuffleInto([...answers.keys()], randomFrom(project.seed)).slice(0, imagesMax)
  const { ids, rows } = await rowsFor(store, project, drawn)
  const classes = await store.classes.list(project.name)
  const occurring = new Set(ids.map((id) => answers.get(id)!))
  if (ids.length < imagesMin || occurring.size < 2) {
    throw new Failure(
      'not-ready',
      `cannot simulate ${project.name}: it takes ${imagesMin} embedded images of two classes whose answers ` +
        `are known, and there are ${ids.length} of ${occurring.size} classes`,
    )
  }
  const taking = classes.filter(({ id }) => occurring.has(id))
  const place = new Map(taking.map(({ id }, i) => [id, i]))
  const images = byPosition(await store.images.byIds(project.name, ids), ids)
  const table = {
    ids,
    rows,
    nearTo: images.map((image) => image.nearTo),
    kin: images.map((image) => image.group ?? image.nearTo ?? image.id),
    classNames: taking.map((its) => its.name),
  }
  return { table, truth: Int32Array.from(ids, (id) => place.get(answers.get(id)!)!) }
}
