export { matrix, rowOf, rowsOf, type Matrix } from './matrix.ts'
export { multiply } from './multiply.ts'
export { randomFrom, shuffleInto, type Random } from './random.ts'
export type { Tools } from './tools.ts'
