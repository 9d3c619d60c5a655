export { openPool, type Pool, type PoolOptions } from './pool.ts'
export { serve, type Answer } from './serve.ts'
