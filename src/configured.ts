// The configuration as this process finds it, and where encoders are kept.
import { existsSync, readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Failure } from './base/index.ts'
import { resolveConfiguration, type Configuration } from './steps/index.ts'

/** Flags over environment over `bowerbird.config.json` here over defaults. */
export function configure(flags: Readonly<Record<string, unknown>>): Configuration {
  const file = path.resolve('bowerbird.config.json')
  return resolveConfiguration(flags, process.env, existsSync(file) ? read(file) : null).values
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Failure('not-allowed', `cannot read ${file}: ${(cause as Error).message}`, { cause })
  }
}

/** Where encoders are kept unless told: each system's place for what can be fetched again. */
export function cacheFolder(values: Pick<Configuration, 'cache'>): string {
  if (values.cache) return path.resolve(values.cache)
  const home = os.homedir()
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env
  const places: Partial<Record<NodeJS.Platform, string>> = {
    darwin: path.join(home, 'Library', 'Caches'),
    win32: local ?? path.join(home, 'AppData', 'Local'),
  }
  return path.join(places[process.platform] ?? (xdg || path.join(home, '.cache')), 'bowerbird')
}
