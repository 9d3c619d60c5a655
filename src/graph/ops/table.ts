import { Failure, namesOf } from '../../base/index.ts'
import { convolutions } from './convolution.ts'
import { elementwise } from './elementwise.ts'
import { matrixOps } from './matrix.ts'
import { moves } from './move.ts'
import { normalisations } from './normalise.ts'
import type { Op } from './op.ts'
import { poolings } from './pooling.ts'
import { reductions } from './reduce.ts'

/** Every operator that a graph may hold, by ONNX's name. */
export const ops = {
  ...elementwise,
  ...matrixOps,
  ...reductions,
  ...moves,
  ...convolutions,
  ...poolings,
  ...normalisations,
} satisfies Record<string, Op>
export type OpName = keyof typeof ops
export const opNames = namesOf(ops)

export function opOf(name: string): Op {
  const row = (ops as Readonly<Record<string, Op>>)[name]
  if (row && Object.hasOwn(ops, name)) return row
  throw new Failure(
    'bad-input',
    `cannot use the operator ${name}: the operators known are ${opNames.join(', ')}`,
  )
}
