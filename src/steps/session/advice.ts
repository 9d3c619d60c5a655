// What to try next, as the rounds show it: each piece of advice is a row, and says its numbers.
import type { Model, Project } from '../../base/index.ts'
import { randomFrom, rowOf, type Batches } from '../../math/index.ts'
import { pairedBootstrap } from '../../measure/index.ts'
import type { Head } from '../../runtime/index.ts'
import { rowsFor } from '../embeddings.ts'
import { points, validationMin } from '../gate.ts'
import type { Lesson } from '../lesson.ts'
import { headOf } from '../served.ts'
import type { Findings, RoundFigures, Settings } from './views.ts'
import type { Answers } from '../validation.ts'
import type { World } from '../world.ts'

type Advice = Findings['advice'][number]
type Facts = {
  readonly settings: Settings
  /** How the round's version learnt. */
  readonly how: { readonly pull: number; readonly batches: Batches | undefined }
  readonly figures: RoundFigures
  readonly trials: readonly Trial[]
}

const scarce = { share: 0.2, labelsMax: 10 }
const wide = 0.2

const rules: readonly ((facts: Facts) => Advice | undefined)[] = [
  ({ figures: { arm }, settings: { strategy, own } }) => {
    if (!arm?.difference || arm.difference.high >= 0) return undefined
    const other = strategy === 'auto' && !own ? 'typical' : 'auto'
    const less = `teach ${points(-arm.difference.value)} points less than ${arm.labels} that chance drew`
    const says = `${arm.labels} labels that were asked for ${less}: try the strategy ${other}`
    return { says, change: byStrategy(other, own) }
  },
  ({ figures: { perClass }, settings: { strategy, own } }) => {
    const mean = perClass.reduce((sum, { labelled }) => sum + labelled, 0) / Math.max(1, perClass.length)
    const fewest = Math.min(scarce.labelsMax, scarce.share * mean)
    const short = perClass.filter(({ labelled }) => labelled < fewest)
    if (short.length === 0 || (strategy === 'class-balanced' && !own)) return undefined
    const named = short.slice(0, 5).map(({ name, labelled }) => `${name} (${labelled})`)
    const others = short.length > 5 ? ` and ${short.length - 5} more` : ''
    const says =
      `${named.join(', ')}${others} have few labels, and a class has ${mean.toFixed(0)} on average: ` +
      'try the strategy class-balanced'
    return { says, change: byStrategy('class-balanced', own) }
  },
  ({ trials }) => {
    const [best] = [...trials].sort((a, b) => a.difference.value - b.difference.value)
    if (!best || best.difference.high >= 0) return undefined
    const { name, value, was, difference } = best
    const [less, least, most] = [difference.value, difference.high, difference.low].map((x) =>
      (-x).toFixed(2),
    )
    const says = `with a ${name} of ${value}, not ${was}, the loss on the validation images is ${less} (${least} to ${most}) less`
    return { says: `${says}: try it`, change: { [name]: value } }
  },
  ({ figures: { accuracy }, settings: { validationShare } }) => {
    if (!accuracy || accuracy.high - accuracy.low <= wide || validationShare >= 0.5) return undefined
    const known = `accuracy is known to ± ${points((accuracy.high - accuracy.low) / 2)} points`
    const share = Math.min(0.5, Math.max(0.1, 2 * validationShare))
    const asked = `let ${Math.round(100 * share)}% of the questions be drawn to measure by`
    const says = `${known} from ${accuracy.count} validation images: ${asked}`
    return { says, change: { validationShare: share } }
  },
]

/** A file of one's own goes before any strategy's name. */
const byStrategy = (strategy: string, own: string | undefined): Advice['change'] =>
  own === undefined ? { strategy } : { strategy, own: null }

export const adviceFrom = (facts: Facts): Advice[] => rules.flatMap((rule) => rule(facts) ?? [])

export type Trial = {
  readonly name: 'pull' | 'epochs'
  readonly value: number
  readonly was: number
  /** Of the mean loss on the validation images: below 0 is better. */
  readonly difference: { readonly value: number; readonly low: number; readonly high: number }
}
type Trying = {
  readonly project: Project
  readonly model: Model
  readonly lesson: Lesson
  readonly answers: Answers
  readonly how: Facts['how']
}
/** Heads with a stronger and a weaker pull, or more epochs, against one as the round had it. */
export async function trialsOf(
  { project, model, lesson, answers, how }: Trying,
  world: World,
): Promise<Trial[]> {
  if (answers.size < validationMin) return []
  const place = new Map(lesson.classes.map(({ id }, i) => [id, i]))
  const { ids, rows } = await rowsFor(world.store, project, answers.keys())
  const head = await headOf(world, project, model)
  const taught = ({ pull, batches }: Trying['how']): Promise<Head> => {
    const { seed } = project
    // Where nothing but the pull is another, the least loss is not far.
    const start = batches ? { batches } : { from: head }
    const options = { classes: lesson.classes.length, pull, seed, signal: world.signal, ...start }
    return world.runtime.trainHead(lesson.rows, lesson.classOf, options)
  }
  const lossesOf = async (head: Head): Promise<Float64Array> => {
    const guesses = await world.runtime.probabilities(head, rows)
    return Float64Array.from(
      ids,
      (id, i) => -Math.log(Math.max(1e-7, rowOf(guesses, i)[place.get(answers.get(id)!) ?? -1] ?? 0)),
    )
  }
  const usual = await lossesOf(head)
  const trials: Trial[] = []
  for (const { name, value, was, other } of others(how)) {
    const tried = await lossesOf(await taught(other))
    const apart = tried.map((loss, i) => loss - usual[i]!)
    trials.push({
      name,
      value,
      was,
      difference: pairedBootstrap(apart, { random: randomFrom(project.seed) }),
    })
  }
  return trials
}

function others(how: Trying['how']) {
  const { pull, batches } = how
  const pulls = [3 * pull, pull / 3].map((value) => {
    const rounded = Number(value.toPrecision(1))
    return { name: 'pull' as const, value: rounded, was: pull, other: { ...how, pull: rounded } }
  })
  if (!batches) return pulls
  const epochs = Math.min(10_000, 3 * batches.epochs)
  const longer = { ...how, batches: { ...batches, epochs } }
  return [...pulls, { name: 'epochs' as const, value: epochs, was: batches.epochs, other: longer }]
}
