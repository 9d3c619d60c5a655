export { main } from './main.ts'
export type { CliOptions, ExitCode, Server } from './options.ts'
