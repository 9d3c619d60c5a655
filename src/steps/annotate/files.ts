// A set that lies in files as material: its vectors with names, classes, examples and what else is known.
import path from 'node:path'
import { clustererNames, type Clusters } from '../../cluster/index.ts'
import { lookAlikes, type Item, type Known } from '../../results/index.ts'
import { isPath } from '../../runtime/index.ts'
import type { World } from '../world.ts'
import type { AnnotateInput } from './fields.ts'
import { begunFrom, type Material } from './material.ts'
import { picturesAt } from './pictures.ts'
import { readAnswers, readClusters, readMatrix, type Answered } from './read.ts'
import { refuse, sameCount, type Rows } from './rows.ts'
import { textSideOf, type TextSide } from './text.ts'
import { namingList, unnamedClusters } from './unnamed.ts'

export async function filesMaterial(
  it: AnnotateInput,
  rows: Rows,
  { world, auditAside }: { readonly world: World; readonly auditAside: boolean },
): Promise<Material> {
  const { names, groups } = rows
  const classNames = it.classes ?? []
  const rowOfName = new Map(names.map((name, row) => [name, row]))
  const known = (answers: readonly Answered[], file: string) =>
    knownOf(answers, { rowOfName, classNames, file })
  const audit = it.audit ? await readAnswers(it.audit) : []
  const audited = known(audit, it.audit ?? '')
  const given = it.examples ? known(await readAnswers(it.examples), it.examples) : new Map<number, number>()
  const people = new Map([...given, ...audited])
  const examples = auditAside ? new Map([...given].filter(([row]) => !audited.has(row))) : people
  const near = await nearOf(rows, world)
  return {
    ...(await beginningOf(it, rows, { examples, world })),
    title: rows.title,
    items: names.map((name, row): Item => ({
      name,
      image: null,
      group: groups?.[row] || null,
      nearTo: near && near[row]! >= 0 ? near[row]! : null,
      split: null,
    })),
    settled: people,
    hidden: new Map(),
    hiddenIs: 'gold',
    audit: audit[0] ? { proposal: audit[0].proposal, rows: rowsNamed(audit, rowOfName) } : null,
    audited,
    seed: world.configuration.seed,
    pictures: picturesAt(rows.paths?.map((at) => path.resolve(at)) ?? null, {
      way: it.files,
      images: world.images,
    }),
    unread: rows.unread,
  }
}

type Beginning = Pick<Material, 'says' | 'hint' | 'method' | 'space' | 'clusters' | 'beside'>

/** From names, from examples, or from clusters that a person names afterwards. */
async function beginningOf(
  it: AnnotateInput,
  rows: Rows,
  { examples, world }: { readonly examples: Known; readonly world: World },
): Promise<Beginning> {
  const { images, names } = rows
  const classNames = it.classes ?? []
  const side = await sideOf(it, rows, world)
  const clusters = await givenClusters(it, images.rows)
  const sides = side.why === null ? side : { text: null, joint: null }
  if (sides.text || examples.size > 0 || it.classes?.length === 0) {
    const { text, joint } = sides
    return {
      says: begunFrom(examples.size, text ? classNames.length : 0),
      hint: null,
      method: null,
      space: { images, joint, text, classNames, examples },
      clusters,
      beside: new Map(),
    }
  }
  const { seed } = world.configuration
  const how = clusters ?? clustererNames.find((name) => name === it.cluster) ?? 'kmeans'
  const unnamed = await unnamedClusters(images, { clusters: how, classes: classNames.length, seed }, world)
  return {
    says: `by ${unnamed.classNames.length} clusters without names`,
    hint: `${side.why === null ? '' : `${side.why}; `}${waysOut}`,
    method: 'nearest',
    space: { images, joint: null, text: null, ...unnamed },
    clusters: unnamed.clusters,
    beside: new Map([[listName, namingList(unnamed, names)]]),
  }
}

const listName = 'clusters.csv'
const waysOut =
  `name one picture of each in ${listName} of the results and annotate again with --examples, or say with ` +
  '--encoder what made the vectors (resnet50, or the path of an ONNX pair), or give --text-embeddings'

/** Where names and images are compared: given as files, or by the text side of the encoder. */
async function sideOf(it: AnnotateInput, { images, encoder }: Rows, world: World): Promise<TextSide> {
  if (it.textEmbeddings) {
    const text = await readMatrix(it.textEmbeddings)
    return { text, joint: it.jointEmbeddings ? await readMatrix(it.jointEmbeddings) : images, why: null }
  }
  const names = it.names ? (it.classes ?? []) : []
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw refuse(`each class is named once, and "${twice}" is named twice`)
  return textSideOf(world, encoder, {
    rows: images,
    names,
    by: it.textEncoder,
  })
}

/** Pictures of a project have fingerprints; here vectors tell, where it is known that pictures are behind. */
const nearOf = ({ paths, images }: Rows, { runtime, signal }: World): Promise<Int32Array> | null =>
  paths && lookAlikes(images, { matmul: runtime.matmul, signal })

const rowsNamed = (answers: readonly Answered[], rowOfName: ReadonlyMap<string, number>): readonly number[] =>
  answers.flatMap(({ path: name }) => rowOfName.get(name) ?? [])

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

const clusterFile = ({ cluster }: Pick<AnnotateInput, 'cluster'>): string | undefined =>
  isPath(cluster) ? cluster : undefined
