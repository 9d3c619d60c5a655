export { autoStrategy, type Situation } from './auto.ts'
export { choose } from './choose.ts'
export type { Choice, Pool } from './pool.ts'
export { strategies, strategyNames, type Strategy, type StrategyName } from './strategies.ts'
