// Figures that took long are kept, under the code that found them: a run that was stopped goes on where it was.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { folderOf, writeAside } from '../data.ts'

const root = path.join(import.meta.dirname, '..', '..')
const folders = ['src/cluster', 'src/measure', 'src/math', 'bench/quality', 'test/cluster']

const code = (): string => {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const file of readdirSync(path.join(root, folder)).sort())
      if (file.endsWith('.ts')) hash.update(readFileSync(path.join(root, folder, file)))
  return hash.digest('hex').slice(0, 12)
}
const its = code()

export async function kept<T>(name: string, find: () => Promise<T>): Promise<T> {
  const file = path.join(folderOf('annotate-quality'), `${name.replaceAll(/\W+/g, '-')}-${its}.json`)
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as T
  const found = await find()
  await writeAside(file, Buffer.from(JSON.stringify(found)))
  return found
}
