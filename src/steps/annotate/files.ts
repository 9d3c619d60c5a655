// Files as material: embeddings that another program made, with names, classes and what else is known.
import { copyFile, link, readFile, stat, symlink } from 'node:fs/promises'
import path from 'node:path'
import { Failure } from '../../base/index.ts'
import type { Clusters, Space } from '../../cluster/index.ts'
import { lookAlikes, type Item, type Known, type Pictures } from '../../results/index.ts'
import type { AnnotateInput } from './fields.ts'
import { begunFrom, type Material } from './material.ts'
import { readAnswers, readClusters, readLines, readMatrix, type Answered } from './read.ts'
import type { World } from '../world.ts'

const refuse = (why: string): Failure => new Failure('bad-input', `cannot annotate: ${why}`)

export async function filesMaterial(it: AnnotateInput, world: World, auditAside: boolean): Promise<Material> {
  world.progress({ done: 0, total: null, sentence: `reading ${it.embeddings}` })
  const images = await readMatrix(it.embeddings!)
  const names = it.imagePaths ? await readLines(it.imagePaths) : rowNames(images.rows)
  sameCount(images.rows, { count: names.length, what: it.imagePaths, one: 'path' })
  const groups = it.groups ? await readLines(it.groups) : null
  if (groups) sameCount(images.rows, { count: groups.length, what: it.groups, one: 'group' })
  const classNames = it.classes ?? []
  const rowOfName = new Map(names.map((name, row) => [name, row]))
  const known = (answers: readonly Answered[], file: string) =>
    knownOf(answers, { rowOfName, classNames, file })
  const audit = it.audit ? await readAnswers(it.audit) : []
  const audited = known(audit, it.audit ?? '')
  const given = it.examples ? known(await readAnswers(it.examples), it.examples) : new Map<number, number>()
  const people = new Map([...given, ...audited])
  const examples = auditAside ? new Map([...given].filter(([row]) => !audited.has(row))) : people
  const text = it.textEmbeddings ? await readMatrix(it.textEmbeddings) : null
  const joint = it.jointEmbeddings ? await readMatrix(it.jointEmbeddings) : images
  const space: Space = { images, joint: text && joint, text, classNames, examples }
  const near = it.imagePaths
    ? await lookAlikes(images, { matmul: world.runtime.matmul, signal: world.signal })
    : null
  return {
    title: path.basename(it.embeddings!),
    says: begunFrom(examples.size, text ? classNames.length : 0),
    space,
    items: names.map((name, row): Item => ({
      name,
      image: null,
      group: groups?.[row] || null,
      nearTo: near && near[row]! >= 0 ? near[row]! : null,
      split: null,
    })),
    clusters: await givenClusters(it, images.rows),
    settled: people,
    hidden: new Map(),
    hiddenIs: 'gold',
    audit: audit[0] ? { proposal: audit[0].proposal, rows: rowsNamed(audit, rowOfName) } : null,
    audited,
    seed: world.configuration.seed,
    pictures: picturesOf(names, it, world),
  }
}

const rowNames = (rows: number): readonly string[] => Array.from({ length: rows }, (_, row) => `row-${row}`)
const rowsNamed = (answers: readonly Answered[], rowOfName: ReadonlyMap<string, number>): readonly number[] =>
  answers.flatMap(({ path: name }) => rowOfName.get(name) ?? [])

function sameCount(
  rows: number,
  { count, what, one }: { readonly count: number; readonly what: string | undefined; readonly one: string },
): void {
  if (count === rows) return
  throw refuse(`${what} must name one ${one} for each row of the embeddings, ${rows}, and it has ${count}`)
}

type Naming = {
  readonly rowOfName: ReadonlyMap<string, number>
  readonly classNames: readonly string[]
  readonly file: string
}

function knownOf(answers: readonly Answered[], { rowOfName, classNames, file }: Naming): Known {
  const known = new Map<number, number>()
  for (const { path: name, label } of answers) {
    const [row, its] = [rowOfName.get(name), classNames.indexOf(label)]
    if (row === undefined) throw refuse(`${file} names ${name}, and that is no path of an image`)
    if (label !== '' && its < 0)
      throw refuse(`${file} labels ${name} as ${label}, and the classes are ${classNames.join(', ')}`)
    if (label !== '') known.set(row, its)
  }
  return known
}

/** `--cluster FILE` is `--micro FILE`; large clusters alone serve as small ones, too. */
async function givenClusters(it: AnnotateInput, rows: number): Promise<Clusters | null> {
  const file = it.micro ?? clusterFile(it)
  const micro = file ? await readClusters(file) : null
  const meta = it.meta ? await readClusters(it.meta) : null
  for (const [what, of] of [
    [file, micro],
    [it.meta, meta],
  ] as const) {
    if (of) sameCount(rows, { count: of.length, what, one: 'cluster' })
  }
  if (!micro && !meta) return null
  return { micro: (micro ?? meta)!, meta: micro && meta }
}

export const clusterFile = ({ cluster }: Pick<AnnotateInput, 'cluster'>): string | undefined =>
  /[./\\]/.test(cluster) ? cluster : undefined

const ways = { copy: copyFile, 'hard link': link, 'symbolic link': symlink } as const
export type Way = keyof typeof ways

/** Smaller files go into the report as they are: reading one takes no time, shrinking it 10 ms. */
const inlineBytesMax = 16_384
const begins = { 'image/png': [0x89, 0x50, 0x4e, 0x47], 'image/jpeg': [0xff, 0xd8, 0xff] }

function picturesOf(names: readonly string[], it: AnnotateInput, { images }: World): Pictures {
  const at = (row: number) => path.resolve(names[row]!)
  return {
    async place(row, to) {
      if (!it.imagePaths) return 'no file is named'
      try {
        await ways[it.files](at(row), to)
        return null
      } catch (error) {
        const { code } = error as { code?: string }
        if (code === 'ENOSPC' || code === 'EACCES') throw error
        return code === 'ENOENT' ? 'there is no such file' : String(code ?? error)
      }
    },
    async thumbnail(row) {
      const { size } = await stat(at(row)).catch(() => ({ size: 0 }))
      if (!it.imagePaths || size === 0) return null
      if (size <= inlineBytesMax) {
        const bytes = await readFile(at(row))
        const [kind] = Object.entries(begins).find(([, own]) => own.every((b, i) => bytes[i] === b)) ?? []
        if (kind) return `data:${kind};base64,${bytes.toString('base64')}`
      }
      const shrunk = await images.inspect({ path: at(row) }).catch(() => null)
      return shrunk && `data:image/jpeg;base64,${Buffer.from(shrunk.thumbnail).toString('base64')}`
    },
  }
}
