// What is said of labelled images by heads that did not learn them.
import { matrix, randomFrom, rowOf, rowsOf, type Matrix } from '../math/index.ts'
import { stratifiedFolds } from '../measure/index.ts'
import type { World } from './world.ts'

type Of = { readonly rows: Matrix; readonly classOf: Int32Array; readonly classes: number }
type How = { readonly folds: number; readonly pull: number; readonly seed: number }

/** [images, classes] */
export async function outOfFold(
  { rows, classOf, classes }: Of,
  { folds, ...how }: How,
  { runtime, signal }: Pick<World, 'runtime' | 'signal'>,
): Promise<Matrix> {
  const foldOf = stratifiedFolds(classOf, folds, randomFrom(how.seed))
  const probabilities = matrix(rows.rows, classes)
  for (let fold = 0; fold < folds; fold++) {
    signal.throwIfAborted()
    const places = [...foldOf.keys()]
    const taught = places.filter((i) => foldOf[i] !== fold)
    const asked = places.filter((i) => foldOf[i] === fold)
    if (taught.length === 0 || asked.length === 0) continue
    const taughtClasses = Int32Array.from(taught, (i) => classOf[i]!)
    const head = await runtime.trainHead(rowsOf(rows, taught), taughtClasses, { ...how, classes, signal })
    const guesses = await runtime.probabilities(head, rowsOf(rows, asked))
    asked.forEach((row, i) => rowOf(probabilities, row).set(rowOf(guesses, i)))
  }
  return probabilities
}
