// A strategy of one's own: `bowerbird ask birds --own unlike.ts --strategy-folder examples`. It asks about what is
// least like anything that has a label.
import type { Tools } from '../src/math/index.ts'
import type { Pool } from '../src/query/index.ts'

/** Places in the pool, the best first. */
export async function choose({ embeddings, labelled, ids }: Pool, budget: number, { matmul }: Tools) {
  if (!embeddings || !labelled) return [...ids.keys()].slice(0, budget)
  const { data, columns } = await matmul(embeddings, labelled) // [images, labelled] of likenesses
  const nearest = ids.map((_, i) => Math.max(...data.subarray(i * columns, (i + 1) * columns)))
  return [...ids.keys()].sort((a, b) => nearest[a]! - nearest[b]!).slice(0, budget)
}
