import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Failure, type ImageId, type Label, type Project } from '../base/index.ts'
import { clustererNames } from '../cluster/index.ts'
import { rowsOf } from './annotate/rows.ts'
import { dropVectors } from './annotate/vectors.ts'
import { writeResults, writtenAside, type LabelledSet } from '../results/index.ts'
import { keepAudit } from './annotate/audit.ts'
import { demoMaterial } from './annotate/demo.ts'
import { drawPngs } from './annotate/drawings.ts'
import { writeExports } from './annotate/exports.ts'
import { annotateInput, annotateOutput, type AnnotateInput, type AnnotateOutput } from './annotate/fields.ts'
import { filesMaterial } from './annotate/files.ts'
import { find, type Found } from './annotate/found.ts'
import type { HowToLabel, Labelled } from './annotate/label.ts'
import type { Material } from './annotate/material.ts'
import { presetFor, presets, type Preset } from './annotate/presets.ts'
import { projectMaterial } from './annotate/project.ts'
import { annotateAct } from './people.ts'
import { showImages } from './show.ts'
import { step } from './step.ts'
import type { World } from './world.ts'

export const annotate = step({
  name: 'annotate',
  summary: 'Label every image by itself, from class names, a few examples or named clusters',
  input: annotateInput,
  output: annotateOutput,
  takes: 'a while',
  runs: 'apart',
  reads: false,
  alone: ({ project }) => project === undefined,
  positional: ['project'],
  then: 'train',
  async run(it, world) {
    const found = await foundIn(it, world)
    const { material, audit } = found
    const project = await projectOf(it, world)
    if (audit && project) {
      const images = audit.rows.map((row) => material.items[row]!.image!)
      await keepAudit(world.store, project, { proposal: audit.proposal, images })
    }
    const summary = shown(found)
    const written = await resultsOf(found, { it, says: summary.says }, world)
    const applied = it.apply && project ? await applyTo(found, { it, project }, world) : 0
    return { ...summary, audit: await auditView(found, project, world), applied, ...written }
  },
})

async function foundIn(it: AnnotateInput, world: World): Promise<Found> {
  const { abstain: precision } = it
  const begins = [it.project, it.images, it.embeddings, it.demo || undefined].filter(
    (from) => from !== undefined,
  )
  if (begins.length !== 1) {
    throw new Failure(
      'bad-input',
      `cannot annotate: it begins from one of a project, --images, --embeddings and --demo, and ${begins.length} are given`,
    )
  }
  if (it.apply && !it.project) {
    throw new Failure(
      'bad-input',
      'cannot annotate: only a project can take labels (apply), and none is given',
    )
  }
  if (it.project !== undefined) refuseOfFiles(it, it.project)
  const isOfFiles = it.project === undefined && !it.demo
  const rows = isOfFiles ? await rowsOf(it, world) : null
  const materialOf = ({ auditAside }: { readonly auditAside: boolean }): Promise<Material> => {
    if (rows) return filesMaterial(it, rows, { world, auditAside })
    if (it.project === undefined) return demoMaterial(world)
    const { classes, names: readNames, textEncoder } = it
    return projectMaterial(world, it.project, { classes, readNames, textEncoder, auditAside })
  }
  return find({ precision, materialOf, howOf: (material) => howFor(it, material) }, world)
}

const ofFiles = [
  'encoder',
  'imagePaths',
  'textEmbeddings',
  'jointEmbeddings',
  'examples',
  'groups',
  'micro',
  'meta',
  'audit',
] as const satisfies readonly (keyof AnnotateInput)[]

/** What would be passed over is refused: who names an encoder here wants other vectors than there are. */
function refuseOfFiles(it: AnnotateInput, project: string): void {
  const given = ofFiles.find((name) => it[name] !== undefined)
  const clusters = clustererNames.some((name) => name === it.cluster) || it.cluster === 'auto'
  if (given === undefined && clusters) return
  const value = given === undefined ? `cluster ${it.cluster}` : `${given} ${it[given]}`
  const hint = given === 'encoder' ? `; bowerbird embed ${project} --encoder ${it.encoder} does it` : ''
  throw new Failure(
    'bad-input',
    `cannot annotate ${project}: a project has its own vectors, examples and clusters, and ${value} is for ` +
      `--images and --embeddings only${hint}`,
  )
}

const projectOf = (it: AnnotateInput, { store }: World): Promise<Project | null> =>
  it.project === undefined ? Promise.resolve(null) : store.projects.get(it.project)

type Results = Pick<AnnotateOutput, 'to' | 'pictures' | 'exports' | 'missing'>

async function resultsOf(
  found: Found,
  { it, says }: { readonly it: AnnotateInput; readonly says: string },
  world: World,
): Promise<Results> {
  const output = it.output ?? (it.demo ? 'demo-results' : undefined)
  if (output === undefined) return { to: null, pictures: 0, exports: [], missing: [] }
  const { validationShare: val, testShare: test } = it
  const { samples } = presetOf(it, found.material)
  const seed = it.seed ?? found.material.seed
  const { now, signal, progress, runtime } = world
  const hands = { now, signal, progress, matmul: runtime.matmul }
  const wanted = { says, seed, shares: { train: 1 - val - test, val, test }, samples, ...hands }
  const { pictures, missing, exports } = await writtenAside(
    output,
    { verb: 'annotate', now },
    async (aside) => {
      const written = await writeResults(aside, setOf(found), wanted)
      const { beside, items } = found.material
      for (const [name, text] of beside) await writeFile(path.join(aside, name), text)
      if (it.png) await drawPngs(aside, written.plots, signal)
      const { metadata } = written
      const exports = await writeExports(aside, { metadata, items }, { names: it.exports, world })
      return { ...written, exports }
    },
  )
  if (it.images !== undefined) await dropVectors(output)
  const unread = Object.entries(Object.groupBy(found.material.unread, ({ reason }) => reason))
  const reasons = [
    ...Object.entries(missing).map(([reason, count]) => ({ reason, pictures: count })),
    ...unread.map(([reason, its]) => ({ reason, pictures: its!.length })),
  ]
  return { to: path.resolve(output), pictures, exports, missing: reasons }
}

function setOf({ material, labelled, audit, isKept }: Found): LabelledSet {
  const { title, items, pictures, space, settled: said, audited: answers } = material
  const { classNames, images: embeddings } = space
  const clusterOf = labelled.clusters.micro
  const asked = audit && { ...audit, answers }
  return {
    ...labelled,
    title,
    items,
    pictures,
    classNames,
    embeddings,
    clusterOf,
    said,
    audit: asked,
    isKept,
  }
}

function methodOf({ method }: AnnotateInput, material: Material): Pick<HowToLabel, 'method'> {
  if (method !== 'auto') return { method }
  return material.method === null ? {} : { method: material.method }
}

const presetOf = (it: AnnotateInput, { space }: Material): Preset =>
  presets[it.preset === 'auto' ? presetFor(space.images.rows) : it.preset]

function howFor(it: AnnotateInput, material: Material): HowToLabel {
  const preset = presetOf(it, material)
  const cluster = clustererNames.find((name) => name === it.cluster)
  return {
    rounds: it.rounds ?? preset.rounds,
    ...(it.temperature === undefined ? {} : { temperature: it.temperature }),
    ...methodOf(it, material),
    cluster: cluster ?? preset.cluster,
    isNewCluster: cluster !== undefined,
    seed: it.seed ?? material.seed,
  }
}

/** What has no label yet gets one, gold excepted: a measure that the program wrote itself would praise it. */
async function applyTo(
  { material, labelled, isKept }: Found,
  { it: { by }, project: { name } }: { readonly it: AnnotateInput; readonly project: Project },
  { store, now }: World,
): Promise<number> {
  const idOf = new Map((await store.classes.list(name)).map((c) => [c.name, c.id]))
  const there = await store.labels.current(name)
  const people = material.settled
  const at = now()
  const labels = material.items.flatMap(({ image, split }, row): Label[] => {
    if (split === 'test' || people.has(row) || !isKept(row)) return []
    const id = idOf.get(material.space.classNames[labelled.classOf[row]!]!)!
    if (there.get(image!) === id) return []
    return [{ image: image as ImageId, class: id, origin: 'annotate', by, at, seconds: null }]
  })
  if (labels.length > 0) await store.labels.add(name, labels, annotateAct(at))
  return labels.length
}

function shown({ material, labelled }: Found): Omit<AnnotateOutput, 'audit' | 'applied' | keyof Results> {
  const { classOf, confidence, clusterIds, method, measured } = labelled
  const { classNames } = material.space
  const classes = classesOf(classNames, labelled).filter(({ images }) => images > 0)
  const known = measured
    ? `; ${(100 * measured.value).toFixed(1)}% of ${measured.count} known ones are right`
    : ''
  const count = classOf.length.toLocaleString('en')
  const hint = material.hint === null ? '' : `; ${material.hint}`
  return {
    images: classOf.length,
    says: `${count} images were labelled ${material.says}${approximately(labelled)}${known}${hint}`,
    method,
    clusters: clusterIds.filter((id) => id >= 0).length,
    confidence: meanOf(confidence),
    classes,
    measured,
  }
}

const approximately = ({ recall }: Labelled): string =>
  recall === null ? '' : `, ${(100 * recall).toFixed(1)}% of the nearest neighbours found (of a sample)`

function classesOf(names: readonly string[], { classOf, confidence }: Labelled): AnnotateOutput['classes'] {
  const sums = names.map((name) => ({ name, images: 0, confidence: 0 }))
  classOf.forEach((its, row) => {
    sums[its]!.images++
    sums[its]!.confidence += confidence[row]!
  })
  return sums
    .map((sum) => ({ ...sum, confidence: Math.min(1, sum.confidence / Math.max(1, sum.images)) }))
    .sort((a, b) => b.images - a.images)
}

const meanOf = (values: Float32Array): number =>
  Math.min(1, values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length))

async function auditView(
  { material, audit }: Found,
  project: Project | null,
  { store }: World,
): Promise<AnnotateOutput['audit']> {
  if (!audit) return null
  const { promised, bound, share: kept, asked, right, says } = audit
  const ids = audit.open.flatMap((row) => material.items[row]!.image ?? [])
  const questions = project
    ? await showImages(store, project.name, await store.images.byIds(project.name, ids))
    : []
  return { promised, bound, kept, asked, right, says, questions }
}
