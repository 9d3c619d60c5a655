import { z } from 'zod'
import { Failure, type ImageId, type Project } from '../base/index.ts'
import { randomFrom, rowOf, shuffleInto, type Matrix } from '../math/index.ts'
import { labelDoubts } from '../measure/index.ts'
import type { Store } from '../store/index.ts'
import { byPosition } from './ask/pool.ts'
import { rowsFor } from './embeddings.ts'
import { projectField } from './fields.ts'
import { outOfFold } from './out-of-fold.ts'
import { confirmedLabels } from './people.ts'
import { showImages } from './show.ts'
import { step } from './step.ts'
import { usualPull } from './train.ts'
import { ImageView } from './views.ts'
import type { World } from './world.ts'

// So many times the usual pull: heads must not learn each wrong label by heart. AUROC with 5% and 30% of
// 4,736 labels of CIFAR-10 wrong: .987 and .984 at 1, .990 and .989 at 30.
const pullOverUsual = 30
// Heads on 2,000 rows of 2048 take three seconds in three folds, while a person waits.
const lookedMax = 2000
const foldsOf = (labels: number): number => (labels <= 500 ? 5 : 3)

const Suspect = z.object({
  image: ImageView,
  suggested: z.string().describe('the class that it more likely shows'),
  doubt: z.number().min(0).max(1).describe('0: surely right, 1: surely wrong'),
  isOff: z.boolean().describe('whether it is one of the most doubtful, of which there are as many as `off`'),
  reason: z.string(),
})

export const suspects = step({
  name: 'suspects',
  summary: 'List the labels that are most likely wrong, answered and imported alike, with a better one',
  input: z.object({
    project: projectField,
    size: z.int().min(1).max(1000).default(100).describe('how many to list, the most doubtful first'),
  }),
  output: z.object({
    suspects: z.array(Suspect),
    looked: z.int().describe(`how many labels were looked at; of more than ${lookedMax}, an even draw`),
    off: z.int().describe('how many of them heads and look-alikes confidently call otherwise'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project'],
  async run({ project: name, size }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const { ids, rows, labels, names } = await labelledOf(project, store)
    const { probabilities, ...found } = await doubted({ rows, labels, names }, project, world)
    const confirmed = await confirmedLabels(store, name)
    const doubtful = [...ids.keys()]
      .filter((i) => found.suggested[i] !== labels[i] && !confirmed.has(ids[i]!))
      .sort((a, b) => found.doubt[b]! - found.doubt[a]!)
      .slice(0, size)
    const chosen = doubtful.map((i) => ids[i]!)
    const images = byPosition(await store.images.byIds(name, chosen), chosen)
    const views = await showImages(store, name, images)
    const say = (i: number) => ({ probabilities, names, label: labels[i]!, agreement: found.agreement[i]! })
    return {
      suspects: doubtful.map((i, turn) => ({
        image: views[turn]!,
        suggested: names[found.suggested[i]!]!,
        doubt: found.doubt[i]!,
        isOff: found.isOff[i] === 1,
        reason: reasonOf(i, say(i)),
      })),
      looked: ids.length,
      off: found.isOff.reduce((sum, off) => sum + off, 0),
    }
  },
})

type Labelled = {
  readonly rows: Matrix
  readonly labels: Int32Array
  readonly names: readonly string[]
}

export async function doubted(
  { rows, labels, names }: Labelled,
  project: Pick<Project, 'encoder' | 'seed'>,
  { runtime, signal }: Pick<World, 'runtime' | 'signal'>,
) {
  const pull = pullOverUsual * usualPull(project)
  const how = { folds: foldsOf(labels.length), pull, seed: project.seed }
  const taught = { rows, classOf: labels, classes: names.length }
  const probabilities = await outOfFold(taught, how, { runtime, signal })
  return { probabilities, ...(await labelDoubts({ labels, probabilities, embeddings: rows }, runtime)) }
}

async function labelledOf(project: Project, store: Store) {
  const current = await store.labels.current(project.name)
  const drawn = shuffleInto([...current.keys()], randomFrom(project.seed)).slice(0, lookedMax)
  const { ids, rows } = await rowsFor(store, project, drawn)
  const occurring = new Set(ids.map((id) => current.get(id)!))
  const classes = (await store.classes.list(project.name)).filter((its) => occurring.has(its.id))
  if (classes.length < 2) throw notReady(project, ids, classes.length)
  const place = new Map(classes.map(({ id }, i) => [id, i]))
  const labels = Int32Array.from(ids, (id) => place.get(current.get(id)!)!)
  return { ids, rows, labels, names: classes.map((its) => its.name) }
}

const notReady = ({ name }: Project, ids: readonly ImageId[], classes: number): Failure =>
  new Failure(
    'not-ready',
    `cannot doubt the labels of ${name}: it takes embedded images labelled with at least two classes, ` +
      `and there are ${ids.length} of ${classes}`,
  )

type Said = {
  readonly probabilities: Matrix
  readonly names: readonly string[]
  readonly label: number
  readonly agreement: number
}

/** "labelled wren: a head that did not learn it says robin (92%), and 10% of its look-alikes are wren" */
function reasonOf(image: number, { probabilities, names, label, agreement }: Said): string {
  const row = rowOf(probabilities, image)
  const best = row.indexOf(Math.max(...row))
  const said = `a head that did not learn it says ${names[best]} (${Math.round(100 * row[best]!)}%)`
  const alike = `${Math.round(100 * agreement)}% of its look-alikes are ${names[label]}`
  return `labelled ${names[label]}: ${said}, and ${alike}`
}
