import { placesOfTwoLargest, rowOf, type Matrix } from '../math/index.ts'
import { blockRows, type Scorer } from './scores.ts'
import { softmaxInto } from './rows.ts'
import type { Annotation, Space } from './space.ts'

/** Every image by argmax, no threshold; what a person labelled stays as it is. */
export async function conclude(
  space: Space,
  scorer: Scorer,
  o: Pick<Annotation, 'prototypes' | 'history' | 'alignment'> & { readonly temperature: number },
): Promise<Annotation> {
  const { rows: count } = space.images
  const classOf = new Int32Array(count)
  const confidence = new Float32Array(count)
  const runnerUp = new Int32Array(count)
  for (let from = 0; from < count; from += blockRows) {
    const shares: Matrix = await scorer(from, Math.min(from + blockRows, count))
    for (let i = 0; i < shares.rows; i++) {
      const row = rowOf(shares, i)
      softmaxInto(row, o.temperature)
      const [best, next] = placesOfTwoLargest(row)
      classOf[from + i] = best
      runnerUp[from + i] = next
      confidence[from + i] = row[best]!
    }
  }
  for (const [image, its] of space.examples) {
    if (classOf[image] !== its) runnerUp[image] = classOf[image]!
    classOf[image] = its
    confidence[image] = 1
  }
  const { prototypes, history, alignment } = o
  return { classOf, confidence, runnerUp, prototypes, history, alignment }
}
