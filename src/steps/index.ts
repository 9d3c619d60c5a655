export {
  configuration,
  environmentName,
  originsOf,
  resolveConfiguration,
  type Configuration,
  type Origin,
  type Resolved,
} from './configuration.ts'
export { followersOf, parseInput, perform, step, type Step } from './step.ts'
export { stepNames, steps, type InputOf, type OutputOf, type StepName } from './table.ts'
export type * from './views.ts'
export type { World } from './world.ts'
