export { configuration, type Configuration, type Origin } from './configuration.ts'
export { parseInput, perform, step, type Step } from './step.ts'
export type { World } from './world.ts'
