export { openRuntime, type RuntimeOptions } from './open.ts'
export type * from './runtime.ts'
