// What people name, found in a project; what is not there is said together with what is.
import { Failure, type Class, type Image, type ImageId, type Model, type Version } from '../base/index.ts'
import type { Store } from '../store/index.ts'
import { isReady, maybeLatest } from './show.ts'

export function classNamed(classes: readonly Class[], name: string): Class {
  const found = classes.find((c) => c.name === name)
  if (found) return found
  const there = classes.length === 0 ? 'it has none yet' : `it has ${listed(classes.map((c) => c.name))}`
  throw new Failure('bad-input', `unknown class ${name}: a class must be one of the project’s, and ${there}`)
}

/** Names for a sentence: at most twenty, because a project may have thousands. */
export const listed = (names: readonly string[]): string =>
  names.slice(0, 20).join(', ') + (names.length > 20 ? ` and ${names.length - 20} more` : '')

/** All of them, or a failure that names the first that is not there. */
export async function imagesOf(
  store: Store,
  project: string,
  ids: readonly number[],
): Promise<readonly Image[]> {
  const found = await store.images.byIds(project, ids as readonly ImageId[])
  const there = new Set<number>(found.map((image) => image.id))
  const missing = ids.find((id) => !there.has(id))
  if (missing === undefined) return found
  throw new Failure(
    'not-found',
    `image ${missing} is not in project ${project}: images are named by their id`,
  )
}

/** A version by number, or the newest. */
export async function modelOf(store: Store, project: string, version: number | undefined): Promise<Model> {
  const model =
    version === undefined
      ? await maybeLatest(store, project)
      : await store.models.get(project, version as Version)
  if (!model) {
    throw new Failure('not-ready', `project ${project} has no trained version: label two classes, then train`)
  }
  if (isReady(model)) return model
  throw new Failure('not-ready', `version ${model.version} of ${project} is still being written`)
}
