import type { Matrix, Tools } from '../math/index.ts'
import { imageLevel, type Level } from './level.ts'
import { neighbours, type Neighbours } from './neighbours.ts'
import { picturesAlong, picturesOf, type Pictures } from './pictures.ts'
import { prototypesFrom } from './shares.ts'
import type { MethodOptions, Space } from './space.ts'

const nearestOfGroups = 10

export type Seen = { readonly space: Space; readonly level: Level; readonly near: Neighbours }

/** Images each by itself are seen as pictures; groups of them, by their mean directions. */
export async function asSeen(space: Space, level: Level, o: MethodOptions & Tools): Promise<Seen> {
  if (level.clusters > 0) return { space, level, near: await neighbours(level.rows, nearestOfGroups, o) }
  const { rows, near } = await picturesFor(space, o)
  const pictured = { ...space, images: rows }
  return { space: pictured, level: imageLevel(pictured), near }
}

const picturesFor = async ({ images, examples }: Space, o: MethodOptions & Tools): Promise<Pictures> =>
  examples.size > 0 ? picturesAlong(images, o) : (o.pictures ?? picturesOf(images, o))

/** Prototypes of what was seen, among the images as they were given. */
export const prototypesIn = (given: Space, { space, level }: Seen, shares: Matrix): Matrix =>
  prototypesFrom(given, { level: space === given ? level : imageLevel(given), shares })
