// The lockfile must name every platform's packages, hash each, and give no registry address.
import { readFileSync } from 'node:fs'

type Entry = {
  readonly link?: boolean
  readonly integrity?: string
  readonly resolved?: string
  readonly optionalDependencies?: Record<string, string>
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> }
const entries = lock.packages

/** As Node looks a package up: in our own node_modules, then in each parent's. */
function isInstalledFor(place: string, name: string): boolean {
  if (entries[`${place ? `${place}/` : ''}node_modules/${name}`]) return true
  if (!place) return false
  const above = place.lastIndexOf('/node_modules/')
  return isInstalledFor(above < 0 ? '' : place.slice(0, above), name)
}

const faults = Object.entries(entries).flatMap(([place, entry]) => [
  ...(place && !entry.link && !entry.integrity ? [`${place} has no integrity hash`] : []),
  ...(entry.resolved && !entry.link ? [`${place} names an address: ${entry.resolved}`] : []),
  ...Object.keys(entry.optionalDependencies ?? {})
    .filter((name) => !isInstalledFor(place, name))
    .map((name) => `${place || 'the root'} wants ${name}, which is not in the lockfile`),
])
for (const fault of faults) console.error(fault)
process.exit(faults.length === 0 ? 0 : 1)
