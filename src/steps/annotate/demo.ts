// Made-up embeddings of real pictures: everything is shown in seconds, and how much of it is right is known.
import { writeFile } from 'node:fs/promises'
import { demoImages } from '../../images/index.ts'
import { matrix, normaliseInto, randomFrom, rowOf, type Matrix, type Random } from '../../math/index.ts'
import type { Item } from '../../results/index.ts'
import type { Material } from './material.ts'
import type { World } from '../world.ts'

const width = 64
/** Of the first 1,000 pictures; names lie as far beside their class as pictures do. */
const demo = { images: 1000, spread: 2.2, error: 1.6 }

export async function demoMaterial(world: World): Promise<Material> {
  world.progress({ done: 0, total: null, sentence: 'making up embeddings of demo pictures' })
  const shown = await demoImages()
  const count = Math.min(demo.images, shown.names.length)
  const random = randomFrom(world.configuration.seed)
  const labels = shown.labels.slice(0, count)
  const kinds = around(null, shown.classes.length, { spread: 1, random })
  const images = around(kinds, labels, { spread: demo.spread, random })
  const text = around(kinds, [...shown.classes.keys()], { spread: demo.error, random })
  return {
    title: 'A demo: real pictures, made-up embeddings',
    says: `from ${shown.classes.length} class names`,
    space: { images, joint: images, text, classNames: shown.classes, examples: new Map() },
    items: shown.names
      .slice(0, count)
      .map((name): Item => ({ name, image: null, group: null, nearTo: null, split: null })),
    clusters: null,
    settled: new Map(),
    hidden: new Map(labels.entries()),
    hiddenIs: 'truth',
    audit: null,
    audited: new Map(),
    seed: world.configuration.seed,
    unread: [],
    beside: new Map(),
    hint: null,
    method: null,
    pictures: {
      async place(row, at) {
        await writeFile(at, await shown.bytes(row))
        return null
      },
      async thumbnail(row) {
        return `data:image/png;base64,${Buffer.from(await shown.bytes(row)).toString('base64')}`
      },
    },
  }
}

type Around = { readonly spread: number; readonly random: Random }

/** Rows of length one about their centres, or anywhere. */
function around(centres: Matrix | null, of: number | readonly number[], { spread, random }: Around): Matrix {
  const rows = matrix(typeof of === 'number' ? of : of.length, width)
  for (let i = 0; i < rows.rows; i++) {
    const row = rowOf(rows, i)
    const centre = centres && typeof of !== 'number' ? rowOf(centres, of[i]!) : null
    row.forEach((_, j) => (row[j] = (centre?.[j] ?? 0) + (spread * random.normal()) / Math.sqrt(width)))
    normaliseInto(row)
  }
  return rows
}
