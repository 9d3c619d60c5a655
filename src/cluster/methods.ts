import { namesOf } from '../base/index.ts'
import { nearest } from './nearest.ts'
import { prototypes } from './prototypes.ts'
import type { Method } from './space.ts'

export const methods = { nearest, prototypes } satisfies Record<string, Method>
export type MethodName = keyof typeof methods
export const methodNames = namesOf(methods)
