// Class folders: each picture goes where its label says, under a name that every system takes.
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { inOrder, timeLeft } from '../base/index.ts'
import type { Hands, LabelledSet } from './labelled-set.ts'
import { folderNames, safeName } from './safe-names.ts'

const filesAtOnce = 16
const toldEvery = 500

export type Placed = { readonly files: readonly (string | null)[]; readonly missing: Record<string, number> }

export async function placePictures(to: string, set: LabelledSet, o: Hands): Promise<Placed> {
  const { items, pictures, classNames, classOf } = set
  const names = folderNames()
  const missing: Record<string, number> = {}
  const files: (string | null)[] = []
  for (const its of new Set(classOf))
    await mkdir(path.join(to, 'images', names.of(classNames[its]!)), { recursive: true })
  const began = o.now()
  const place = async ({ name }: { readonly name: string }, row: number) => {
    const folder = names.of(classNames[classOf[row]!]!)
    const file = `images/${folder}/${names.file(folder, fileName(name, row))}`
    return { file, why: await pictures.place(row, path.join(to, file)) }
  }
  const work = items.map((item, row) => [item, row] as const)
  for await (const { file, why } of inOrder(work, filesAtOnce, ([item, row]) => place(item, row))) {
    files.push(why === null ? file : null)
    if (why !== null) missing[why] = (missing[why] ?? 0) + 1
    if (files.length % toldEvery > 0) continue
    o.signal.throwIfAborted()
    const left = timeLeft({ done: files.length, total: items.length, ms: o.now() - began })
    const sentence = `sorting ${items.length.toLocaleString('en')} pictures into folders${left}`
    o.progress({ done: files.length, total: items.length, sentence })
  }
  return { files, missing }
}

function fileName(name: string, row: number): string {
  const base = name.split(/[/\\]/).at(-1) ?? ''
  const extension = path.extname(base)
  return safeName(path.basename(base, extension), `image-${row}`) + (extension || '.png')
}
