// What was found is kept as JSON in bench/results, a file for each bench.
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const resultsFolder = path.join(import.meta.dirname, 'results')
const fileOf = (name: string): string => path.join(resultsFolder, `${name}.json`)

/** When it was measured, and beside how much else. */
export const today = (): string => new Date().toISOString().slice(0, 10)
export const load = (): number => Number(os.loadavg()[0]!.toFixed(1))

export const keptResult = <T extends object>(name: string): Partial<T> =>
  JSON.parse(readFileSync(fileOf(name), 'utf8'))

export const keepResult = (name: string, result: object): void =>
  writeFileSync(fileOf(name), `${JSON.stringify(result, null, 2)}\n`)
