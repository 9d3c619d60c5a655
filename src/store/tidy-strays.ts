// Files that no row names. Each is looked at and removed under the lock of writers, as naming one takes it.
import { readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Hash } from '../base/index.ts'
import { asideFolder, packsFolder } from './packs.ts'
import { portions } from './portions.ts'
import { among, type Rows } from './sqlite.ts'
import type { Tidying } from './tidy.ts'

const removedAtOnce = 200

export async function removeStrays(
  rows: Rows,
  { blobs, before, isNamed, signal }: Tidying,
): Promise<{ readonly blobs: number; readonly bytes: number }> {
  const freed = { blobs: 0, bytes: 0 }
  for (const name of readdirSync(blobs.folder)) {
    const folder = path.join(blobs.folder, name)
    const isWide = /^[0-9a-f]{2}$/.test(name)
    if (!isWide && name !== asideFolder && name !== packsFolder) continue
    const files = readdirSync(folder).filter((file) => !isWide || !isNamed(file as Hash))
    for await (const some of portions(files, removedAtOnce)) {
      signal.throwIfAborted()
      await rows.write(async ({ db }) => {
        const there = name === packsFolder ? await packsAmong(db, some) : new Set<string>()
        for (const file of some.filter((one) => !there.has(one))) {
          const bytes = removeOld(path.join(folder, file), before)
          if (bytes === undefined) continue
          freed.bytes += bytes
          if (isWide) freed.blobs++
        }
      })
    }
  }
  return freed
}

async function packsAmong(db: Rows['db'], files: readonly string[]): Promise<ReadonlySet<string>> {
  const found = await db.selectFrom('pack').select('file').where('file', 'in', among(files)).execute()
  return new Set(found.map(({ file }) => file))
}

function removeOld(file: string, before: number): number | undefined {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile() || found.mtimeMs >= before) return undefined
  rmSync(file, { force: true })
  return found.size
}
