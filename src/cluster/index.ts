export { cut, type Merges } from './merges.ts'
export { hdbscan, type Clustering, type HdbscanOptions } from './hdbscan.ts'
export { neighbours, type Neighbours } from './neighbours.ts'
