// node bench/scale/annotate-many.ts COUNT WIDTH: from made-up embeddings to labels, HDBSCAN included, in a
// process of its own, whose peak of memory is then its own, too. Prints a line of JSON.
import { tmpdir } from 'node:os'
import { annotate } from '../../src/cluster/index.ts'
import { matrix, randomFrom, tiles, type Matrix, type Tools } from '../../src/math/index.ts'
import { openRuntime } from '../../src/runtime/index.ts'
import { likeEmbeddings, spaceOf } from './spaces.ts'

export type Many = {
  readonly images: number
  readonly width: number
  readonly seconds: number
  /** One product of all pairs: a sample of the rows with all rows, times what it is a part of. */
  readonly productSeconds: number
  readonly peakBytes: number
  readonly clusters: number
  readonly noise: number
  readonly recall: number | null
  readonly right: number
}

const classes = 100
/** Of the product of all pairs so many are taken: some 10 s. */
const pairsTaken = 800_000_000

if (import.meta.main) {
  const [images = 0, width = 0] = process.argv.slice(2).map(Number)
  const runtime = openRuntime({ cores: 2, cache: tmpdir() })
  const tools = { random: randomFrom(1), matmul: runtime.matmul }
  process.stdout.write(`${JSON.stringify(await many(images, width, tools))}\n`)
  await runtime.close()
}

async function many(images: number, width: number, tools: Tools): Promise<Many> {
  const made = await likeEmbeddings(images, { columns: width, classes }, tools)
  const space = spaceOf(made, classes)
  const productSeconds = await secondsOfProduct(made.rows, tools)
  const from = performance.now()
  const { classOf, clusters, recall } = await annotate(space, { clusters: 'hdbscan' }, tools)
  const seconds = (performance.now() - from) / 1000
  const right = classOf.filter((its, i) => its === made.classOf[i]).length / images
  return {
    images,
    width,
    seconds,
    productSeconds,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    clusters: new Set(clusters.micro).size,
    noise: clusters.micro.filter((id) => id < 0).length / images,
    recall,
    right,
  }
}

async function secondsOfProduct(rows: Matrix, tools: Tools): Promise<number> {
  const count = Math.min(rows.rows, Math.ceil(pairsTaken / rows.rows))
  const some = matrix(count, rows.columns, rows.data.subarray(0, count * rows.columns))
  const from = performance.now()
  let sum = 0
  for await (const { products } of tiles(some, rows, tools)) sum += products.data[0]!
  return isFinite(sum) ? ((performance.now() - from) / 1000) * (rows.rows / count) : NaN
}
