import { z } from 'zod'
import { Failure, type ImageId, type Project } from '../base/index.ts'
import { rowOf, type Matrix } from '../math/index.ts'
import { labelDoubts } from '../measure/index.ts'
import type { Store } from '../store/index.ts'
import { byPosition } from './ask/pool.ts'
import { turnOf } from './control.ts'
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
// Heads on 2,000 rows of 2048 take three seconds in three folds, while a person waits; of 512, one second.
// All at once would take 7 with 10,000 rows of 512, and with more a time that grows with their square.
const portionMost = 2000
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
    portion: z
      .int()
      .min(1)
      .default(1)
      .describe(`which labels to look at: of more than ${portionMost}, so many at once, drawn evenly`),
  }),
  output: z.object({
    suspects: z.array(Suspect),
    looked: z.int().describe('how many labels were looked at'),
    labels: z.int().describe('how many there are'),
    portions: z.int().describe('in how many portions all of them are looked at'),
    says: z.string(),
    off: z.int().describe('how many of them heads and look-alikes confidently call otherwise'),
  }),
  takes: 'a moment',
  runs: 'apart',
  reads: true,
  positional: ['project'],
  async run({ project: name, size, portion }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const { ids, rows, labels, names, count, portions } = await labelledOf(project, portion, store)
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
    const off = found.isOff.reduce((sum, its) => sum + its, 0)
    return {
      says: sentenceOf({ off, looked: ids.length, count, portion, portions }),
      suspects: doubtful.map((i, turn) => ({
        image: views[turn]!,
        suggested: names[found.suggested[i]!]!,
        doubt: found.doubt[i]!,
        isOff: found.isOff[i] === 1,
        reason: reasonOf(i, say(i)),
      })),
      looked: ids.length,
      labels: count,
      portions,
      off,
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

async function labelledOf(project: Project, portion: number, store: Store) {
  const current = await store.labels.current(project.name)
  const portions = Math.max(1, Math.ceil(current.size / portionMost))
  if (portion > portions) throw noPortion(portion, portions, current.size)
  const { ids, rows } = await rowsFor(
    store,
    project,
    portionOf(project, [...current.keys()], { portion, portions }),
  )
  // Of all labels: a portion may lack a rare class.
  const occurring = new Set(current.values())
  const classes = (await store.classes.list(project.name)).filter((its) => occurring.has(its.id))
  if (ids.length === 0 || classes.length < 2) throw notReady(project, ids, classes.length)
  const place = new Map(classes.map(({ id }, i) => [id, i]))
  const labels = Int32Array.from(ids, (id) => place.get(current.get(id)!)!)
  return { ids, rows, labels, names: classes.map((its) => its.name), count: current.size, portions }
}

type Portion = { readonly portion: number; readonly portions: number }

/** Each image has its turn, whichever others there are: a label more moves hardly any to another portion. */
function portionOf({ seed }: Project, images: readonly ImageId[], { portion, portions }: Portion): ImageId[] {
  // Not the turns of the random arm: its images are spread over all portions.
  const turns = new Map(images.map((id) => [id, turnOf(seed + 1, id)]))
  const inTurn = images.toSorted((a, b) => turns.get(a)! - turns.get(b)!)
  const startOf = (its: number) => Math.round(((its - 1) * images.length) / portions)
  return inTurn.slice(startOf(portion), startOf(portion + 1))
}

const noPortion = (portion: number, portions: number, labels: number): Failure =>
  new Failure(
    'bad-input',
    `cannot look at portion ${portion}: the ${labels} labels are looked at in ${portions}, at most ` +
      `${portionMost} at once`,
  )

const notReady = ({ name }: Project, ids: readonly ImageId[], classes: number): Failure =>
  new Failure(
    'not-ready',
    `cannot doubt the labels of ${name}: it takes embedded images labelled with at least two classes, ` +
      `and there are ${ids.length} of ${classes}`,
  )

type Counts = Portion & { readonly off: number; readonly looked: number; readonly count: number }

function sentenceOf({ off, looked, count, portion, portions }: Counts): string {
  const found = `${off} of ${looked} labels contradict what is learnt from the others`
  if (portions === 1) return found
  return `${found}; these are portion ${portion} of ${portions} of all ${count} labels`
}

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
