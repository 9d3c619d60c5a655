export { largest, measureClasses, type ClassFigures, type ClassReport } from './classes.ts'
export { stratifiedFolds } from './folds.ts'
export { wilson, type Interval } from './wilson.ts'
