export { openStore, type Place } from './open.ts'
export { restoreBackup } from './backup.ts'
export type * from './store.ts'
export type * from './store-of-sessions.ts'
