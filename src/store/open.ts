import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Failure, sentenceOf } from '../base/index.ts'
import { copyStore } from './backup.ts'
import { holdsBlobs, openBlobs } from './blobs.ts'
import { faultsOf } from './check.ts'
import { classesOver } from './classes.ts'
import { embeddingsOver } from './embeddings.ts'
import { openGuesses } from './guesses.ts'
import { imagesOver } from './images.ts'
import { jobsOver } from './jobs.ts'
import { labelsOver } from './labels.ts'
import { leasesOver } from './leases.ts'
import { modelsOver } from './models.ts'
import { projectsOver } from './projects.ts'
import { migrate, rowsFile } from './schema.ts'
import { sessionsOver } from './sessions.ts'
import { settingsOver } from './settings.ts'
import { openRows } from './sqlite.ts'
import type { Store } from './store.ts'
import { tidy } from './tidy.ts'
import { truthOver } from './truth.ts'

/** A folder; or ':memory:', which forgets when it is closed. */
export type Place = string

export async function openStore(place: Place): Promise<Store> {
  const isKept = place !== ':memory:'
  const folder = isKept ? ensureFolder(place) : mkdtempSync(path.join(os.tmpdir(), 'bowerbird-memory-'))
  const file = isKept ? path.join(folder, rowsFile) : place
  if (isKept) refuseEmptied(folder, file)
  const rows = openRows(file)
  try {
    await migrate(rows, file)
  } catch (thrown) {
    await rows.close()
    throw thrown
  }
  const blobs = openBlobs(path.join(folder, 'blobs'), rows)
  const guesses = openGuesses(rows, blobs)
  return {
    projects: projectsOver(rows),
    classes: classesOver(rows),
    images: imagesOver(rows, { guesses, packs: blobs.packs }),
    labels: labelsOver(rows),
    truth: truthOver(rows),
    embeddings: embeddingsOver(rows, blobs),
    models: modelsOver(rows, guesses),
    sessions: sessionsOver(rows),
    leases: leasesOver(rows),
    jobs: jobsOver(rows),
    settings: settingsOver(rows),
    blobs,
    backup: (to) => copyStore(rows, blobs, to),
    check: () => faultsOf(rows, blobs),
    tidy: (how) => tidy(rows, blobs, how),
    async close() {
      await rows.close()
      if (!isKept) rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** No file and an empty one open as a new database: beside blobs it is one whose rows were lost. */
function refuseEmptied(folder: string, file: string): void {
  const isThere = existsSync(file)
  if (isThere && (statSync(file).size > 0 || existsSync(`${file}-wal`))) return
  if (!holdsBlobs(path.join(folder, 'blobs'))) return
  const what = isThere ? 'it is empty, 0 bytes' : 'there is no such file'
  throw new Failure(
    'corrupt-data',
    `cannot read ${file}: ${what}, and there are blobs beside it; restore it from a backup`,
  )
}

function ensureFolder(place: Place): string {
  try {
    if (existsSync(place) && !statSync(place).isDirectory()) throw new Error('it is a file, not a folder')
    mkdirSync(place, { recursive: true })
    return path.resolve(place)
  } catch (thrown) {
    throw new Failure('not-allowed', `cannot keep data in ${place}: ${sentenceOf(thrown)}`, { cause: thrown })
  }
}
