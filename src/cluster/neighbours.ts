import type { Matrix, Tools } from '../math/index.ts'
import { approximateNeighbours } from './approximate-neighbours.ts'
import { exactNeighbours } from './exact-neighbours.ts'
import type { Neighbours } from './nearest-lists.ts'

export type { Neighbours }

/** All pairs of 200,000 rows of 512 take 5 minutes on two cores; of more, cells are looked into. */
const rowsExact = 200_000

export const neighbours = (rows: Matrix, k: number, tools: Tools): Promise<Neighbours> =>
  rows.rows <= rowsExact ? exactNeighbours(rows, k, tools) : approximateNeighbours(rows, { k }, tools)
