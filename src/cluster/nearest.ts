import { matrix, rowOf, type Matrix } from '../math/index.ts'
import { conclude } from './conclude.ts'
import { imageLevel } from './level.ts'
import { exampleMeans, scorerOf } from './scores.ts'
import type { Method } from './space.ts'
import { addShares, prototypesOf } from './refine.ts'

/** Each image by itself: what the other methods have to beat. */
export const nearest: Method = {
  says: 'each image by itself: the class whose name, or mean example, is nearest',
  run: async (space, _clusters, { temperature, hold, matmul }) => {
    const scorer = await scorerOf(space, imageLevel(space), { prototypes: null, hold, matmul })
    const found = await conclude(space, scorer, {
      temperature,
      prototypes: matrix(0, 0),
      history: [],
      alignment: null,
    })
    const sums: Matrix = matrix(space.classNames.length, space.images.columns)
    for (const [image, its] of found.classOf.entries()) {
      const one = new Float32Array(sums.rows)
      one[its] = 1
      addShares(sums, one, { direction: rowOf(space.images, image), size: 1 })
    }
    return { ...found, prototypes: prototypesOf(space, sums, exampleMeans(space)) }
  },
}
