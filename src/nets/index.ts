export { headCurvature, headGuesses, headLesson, headModel, headNames, type HeadWeights } from './head.ts'
export {
  builtinGraph,
  builtinShape,
  builtinWeightsOf,
  builtinWidth,
  numbersOfBuiltin,
  varianceFloor,
  type BuiltinWeights,
} from './builtin.ts'
export { kerasGraph, type KerasGraphOptions } from './keras-graph.ts'
export { foldBatchNorm, readKeras, shardsOf, type KerasLayer } from './keras.ts'
