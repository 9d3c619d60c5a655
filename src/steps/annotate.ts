import type { ImageId, Label } from '../base/index.ts'
import { keepAudit } from './annotate-audit.ts'
import { annotateInput, annotateOutput, type AnnotateInput, type AnnotateOutput } from './annotate-fields.ts'
import { find, type Found } from './annotate-found.ts'
import type { HowToLabel, Labelled } from './annotate-label.ts'
import type { Material } from './annotate-material.ts'
import { presetFor, presets } from './annotate-presets.ts'
import { projectMaterial, type ProjectMaterial } from './annotate-project.ts'
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
  positional: ['project'],
  then: 'train',
  async run(it, world) {
    const found = await foundIn(it, world)
    const { material, audit } = found
    if (audit) {
      const images = audit.rows.map((row) => material.items[row]!.image!)
      await keepAudit(world.store, material.project, { proposal: audit.proposal, images })
    }
    const applied = it.apply ? await applyTo(found, it, world) : 0
    return { ...shown(found), audit: await auditView(found, world), applied }
  },
})

const foundIn = (it: AnnotateInput, world: World): Promise<Found<ProjectMaterial>> =>
  find(
    {
      precision: it.abstain,
      materialOf: ({ auditAside }) => projectMaterial(world, it.project, { classes: it.classes, auditAside }),
      howOf: (material) => howFor(it, material),
    },
    world,
  )

function howFor(it: AnnotateInput, { space, seed }: Material): HowToLabel {
  const preset = presets[it.preset === 'auto' ? presetFor(space.images.rows) : it.preset]
  return {
    rounds: it.rounds ?? preset.rounds,
    ...(it.temperature === undefined ? {} : { temperature: it.temperature }),
    ...(it.method === 'auto' ? {} : { method: it.method }),
    cluster: it.cluster === 'auto' ? preset.cluster : it.cluster,
    isNewCluster: it.cluster !== 'auto',
    seed: it.seed ?? seed,
  }
}

/** What has no label yet gets one, gold excepted: a measure that the program wrote itself would praise it. */
async function applyTo(
  { material, labelled, isKept }: Found<ProjectMaterial>,
  { by }: Pick<AnnotateInput, 'by'>,
  { store, now }: World,
): Promise<number> {
  const { name } = material.project
  const there = await store.labels.current(name)
  const people = material.settled
  const at = now()
  const labels = material.items.flatMap(({ image, split }, row): Label[] => {
    if (split === 'test' || people.has(row) || !isKept(row)) return []
    const { id } = material.kinds[labelled.classOf[row]!]!
    if (there.get(image!) === id) return []
    return [{ image: image as ImageId, class: id, origin: 'annotate', by, at, seconds: null }]
  })
  if (labels.length > 0) await store.labels.add(name, labels, annotateAct(at))
  return labels.length
}

function shown({ material, labelled }: Found): Omit<AnnotateOutput, 'audit' | 'applied'> {
  const { classOf, confidence, clusterIds, method, measured } = labelled
  const { classNames } = material.space
  const classes = classesOf(classNames, labelled).filter(({ images }) => images > 0)
  const known = measured
    ? `; ${(100 * measured.value).toFixed(1)}% of ${measured.count} known ones are right`
    : ''
  return {
    images: classOf.length,
    says: `${classOf.length.toLocaleString('en')} images were labelled ${material.says}${known}`,
    method,
    clusters: clusterIds.filter((id) => id >= 0).length,
    confidence: meanOf(confidence),
    classes,
    measured,
  }
}

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
  { material, audit }: Found<ProjectMaterial>,
  { store }: World,
): Promise<AnnotateOutput['audit']> {
  if (!audit) return null
  const { promised, bound, share: kept, asked, right, says } = audit
  const ids = audit.open.map((row) => material.items[row]!.image!)
  const images = await store.images.byIds(material.project.name, ids)
  const questions = await showImages(store, material.project.name, images)
  return { promised, bound, kept, asked, right, says, questions }
}
