export { autoStrategy, type Situation } from './auto.ts'
export { choose, type How } from './choose.ts'
export { bootstrap, masked } from './draws.ts'
export { squaredToNearest } from './k-center.ts'
export { emptyPool, type Choice, type Pool, type Products } from './pool.ts'
export { scoreNames, scores, usualWeights, type ScoreName, type Weights } from './scores.ts'
export {
  isOfImages,
  strategies,
  strategyNames,
  type Need,
  type Strategy,
  type StrategyName,
} from './strategies.ts'
