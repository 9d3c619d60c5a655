export type * from './house.ts'
