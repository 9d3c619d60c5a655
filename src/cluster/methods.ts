import { namesOf } from '../base/index.ts'
import { mixture } from './mixture.ts'
import { nearest } from './nearest.ts'
import { procrustes } from './procrustes.ts'
import { prototypes } from './prototypes.ts'
import { spreading } from './spreading.ts'
import { transport } from './transport.ts'
import type { Method } from './space.ts'

export const methods = {
  nearest,
  prototypes,
  transport,
  mixture,
  spreading,
  procrustes,
} satisfies Record<string, Method>
export type MethodName = keyof typeof methods
export const methodNames = namesOf(methods)
