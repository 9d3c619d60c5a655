// Several heads that guess together: each learnt another draw of the same labels, and their mean is less sure
// where they differ (bagging; Breiman, 1996).
import { matrix, randomFrom, rowsOf, type Batches, type Matrix } from '../math/index.ts'
import { bootstrap } from '../query/index.ts'
import type { Head } from '../runtime/index.ts'
import type { HeadSettings } from './head-settings.ts'
import type { World } from './world.ts'

export type Teaching = Pick<HeadSettings, 'pull'> & {
  readonly isBalanced?: boolean
  readonly seed: number
  readonly batches?: Batches | undefined
  /** One, if it is not said: it learns all labels as they are. */
  readonly heads?: number
}
type Taught = { readonly rows: Matrix; readonly classOf: Int32Array; readonly classes: number }

export async function taughtHeads(
  { rows, classOf, classes }: Taught,
  { heads = 1, ...how }: Teaching,
  { runtime, signal }: Pick<World, 'runtime' | 'signal'>,
): Promise<readonly Head[]> {
  const options = { ...how, classes, signal }
  const whole = await runtime.trainHead(rows, classOf, options)
  if (heads === 1) return [whole]
  const random = randomFrom(how.seed)
  const members: Head[] = []
  while (members.length < heads) {
    const drawn = bootstrap(classOf, random)
    const its = Int32Array.from(drawn, (i) => classOf[i]!)
    members.push(await runtime.trainHead(rowsOf(rows, drawn), its, { ...options, from: whole }))
  }
  return members
}

/** The mean of what they guess: [images, classes]. */
export async function meanGuess(
  { runtime }: Pick<World, 'runtime'>,
  heads: readonly Head[],
  rows: Matrix,
): Promise<Matrix> {
  if (heads.length === 1) return runtime.probabilities(heads[0]!, rows)
  const mean = matrix(rows.rows, heads[0]!.weights.rows)
  for (const head of heads) {
    const { data } = await runtime.probabilities(head, rows)
    for (let i = 0; i < data.length; i++) mean.data[i]! += data[i]! / heads.length
  }
  return mean
}
