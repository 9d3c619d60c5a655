// What a head guesses of every image, shard by shard.
import type { ClassId, ImageId, Prediction } from '../base/index.ts'
import { rowOf, type Matrix } from '../math/index.ts'
import type { Head } from '../runtime/index.ts'
import { shardsOf, type EmbeddingsOf } from './embeddings.ts'
import { meanGuess } from './several.ts'
import type { World } from './world.ts'

export type Sheet = {
  readonly ids: Int32Array
  /** [images, classes] */
  readonly probabilities: Matrix
}

export async function* guessesOf(
  world: Pick<World, 'store' | 'runtime' | 'signal'>,
  of: EmbeddingsOf,
  heads: Head | readonly Head[],
): AsyncGenerator<Sheet> {
  for await (const { ids, rows } of shardsOf(world.store, of)) {
    world.signal.throwIfAborted()
    yield { ids, probabilities: await meanGuess(world, [heads].flat(), rows) }
  }
}

export const predictionsOf = (sheet: Sheet, classes: readonly ClassId[]): Prediction[] =>
  Array.from(sheet.ids, (id, i) => predictionOf(id as ImageId, rowOf(sheet.probabilities, i), classes))

function predictionOf(image: ImageId, row: Float32Array, classes: readonly ClassId[]): Prediction {
  let [best, second] = [0, -1]
  for (let i = 1; i < row.length; i++) {
    if (row[i]! > row[best]!) [second, best] = [best, i]
    else if (second < 0 || row[i]! > row[second]!) second = i
  }
  const runnerUp = second < 0 ? null : classes[second]!
  const margin = row[best]! - (second < 0 ? 0 : row[second]!)
  return { image, class: classes[best]!, confidence: row[best]!, runnerUp, margin }
}
