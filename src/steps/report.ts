import { z } from 'zod'
import type { Project } from '../base/index.ts'
import { randomFrom, sumOf } from '../math/index.ts'
import { pairedBootstrap, randomNeeds, wilson, type Interval } from '../measure/index.ts'
import { controlArm } from './control.ts'
import { diversityOf, DiversityView } from './diversity.ts'
import { projectField } from './fields.ts'
import { lessonOf, type Lesson } from './lesson.ts'
import { workOf, type Work } from './report/ledger.ts'
import { controlMin, trialsOf, type Arms, type Trials } from './report/trials.ts'
import { step } from './step.ts'
import { IntervalView } from './views.ts'

const Bounds = z.object({
  value: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable().describe('null: without a bound'),
})
export const report = step({
  name: 'report',
  summary: 'Say how accurate the labels have made the project, and how many more chance would need',
  input: z.object({ project: projectField }),
  output: z.object({
    says: z.string(),
    labels: z.int().describe('how many it learns from'),
    control: z.int().describe('how many of them chance drew'),
    accuracy: IntervalView.extend({ count: z.int(), on: z.enum(['truth', 'gold', 'control']) }).nullable(),
    randomNeeds: Bounds.nullable().describe('labels that chance would need for it, forecast from the arm'),
    saved: z.number().nullable().describe('labels saved; null where nothing may be claimed'),
    minutesSaved: z.number().nullable(),
    equal: z
      .object({
        labels: z.int(),
        asked: z.number().describe('accuracy with the first so many labels asked for'),
        random: z.number().describe('accuracy with as many drawn by chance'),
        difference: Bounds,
      })
      .nullable()
      .describe('as many labels of either kind, compared'),
    secondsPerAnswer: z.number().nullable().describe('the middle one'),
    timed: z.int().describe('how many answers were timed'),
    diversity: DiversityView,
  }),
  takes: 'a while',
  runs: 'apart',
  reads: false,
  positional: ['project'],
  async key({ project: name }, { store }) {
    const { createdAt, encoder } = await store.projects.get(name)
    const { position, images } = await store.projects.counts(name)
    const embedded = await store.embeddings.count(name, encoder)
    return `report ${[name, createdAt, encoder, position, images, embedded].join(' ')}`
  },
  async run({ project: name }, world) {
    const { store } = world
    const project = await store.projects.get(name)
    const [lesson, work, drawn] = [
      await lessonOf(store, project),
      await workOf(store, name),
      await controlArm(store, project),
    ]
    const arms = armsOf(lesson, work, drawn)
    const known = {
      labels: lesson.images.length,
      control: arms.control.length,
      secondsPerAnswer: work.secondsPerAnswer,
      timed: work.timed,
      diversity: await diversityOf(project, lesson, world),
    }
    if (arms.control.length < controlMin) return { ...known, ...nothing, says: tooFew(arms.control.length) }
    const trials = await trialsOf({ project, lesson, arms }, world)
    return { ...known, ...claimsOf(trials, known, project) }
  },
})

const nothing = { accuracy: null, randomNeeds: null, saved: null, minutesSaved: null, equal: null }
const tooFew = (count: number): string =>
  `no claim: ${count} labels were drawn by chance so far, and it takes ${controlMin} to compare with ` +
  `(ask mixes them in, a tenth of the questions)`

function armsOf({ images }: Lesson, work: Work, drawn: readonly number[]): Arms {
  const placeOf = new Map<number, number>(images.map((image, place) => [image, place]))
  const isDrawn = new Set(drawn)
  const places = (some: readonly number[]) => some.flatMap((image) => placeOf.get(image) ?? [])
  return { control: places(drawn), chosen: places(work.answered.filter((image) => !isDrawn.has(image))) }
}

// Tried on labels all drawn by chance (the demo, resnet50): of 20 forecasts from an arm of 80 or 160, in four
// sizes, to 2.5, 5 or 10 times as many labels none claimed a saving; of 10 in two or three sizes four did.
const sizesMin = 4

type Known = { readonly labels: number; readonly control: number; readonly secondsPerAnswer: number | null }

function claimsOf({ on, ours, chance, asked }: Trials, known: Known, { seed }: Project) {
  const random = randomFrom(seed)
  const right = sumOf(ours)
  const accuracy = { ...wilson(right, ours.length), count: ours.length, on }
  const needs = chance.length < sizesMin || ours.length === 0 ? null : randomNeeds(ours, chance, random)
  const whole = chance.at(-1)!
  const equal = asked && {
    labels: whole.labels,
    asked: sumOf(asked) / asked.length,
    random: sumOf(whole.draws[0]!) / asked.length,
    difference: finite(
      pairedBootstrap(
        Array.from(asked, (a, i) => a - whole.draws[0]![i]!),
        { random },
      ),
    ),
  }
  const { saved, why } = savedOf(needs, equal, known)
  const minutesSaved = saved && known.secondsPerAnswer && (saved * known.secondsPerAnswer) / 60
  const start = `${percent(accuracy)} with ${known.labels} labels`
  const minutes = minutesSaved === null ? '' : ` (${Math.round(minutesSaved)} minutes)`
  const says = saved
    ? `${start}; random would need at least ${saved} more${minutes}`
    : `${start}; no claim: ${why}`
  return { accuracy, randomNeeds: needs && finite(needs), saved, minutesSaved, equal, says }
}

/**
 * Claimed is what the lower bound of the forecast shows, and only where as many labels of either kind differ
 * by more than their bounds: the one alone is a line drawn far beyond what was measured.
 */
function savedOf(needs: Interval | null, equal: Equal | null, { labels, control }: Known) {
  const no = (why: string) => ({ saved: null, why })
  if (!needs) return no(`a forecast takes more labels drawn by chance than the ${control} there are`)
  if (!equal) return no(`fewer were asked for than the ${control} that chance drew`)
  if (!((equal.difference.low ?? 0) > 0)) return no('as many labels drawn by chance may do as well')
  if (!(needs.low > labels && Number.isFinite(needs.low))) return no('random may need as few')
  return { saved: Math.round(needs.low) - labels, why: '' }
}
type Equal = { readonly difference: z.infer<typeof Bounds> }

const finite = ({ value, low, high }: Interval) => ({
  value: Number.isFinite(value) ? value : null,
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
})

/** "accuracy 91.2% ± 1.4" */
const percent = ({ value, low, high }: Interval): string =>
  `accuracy ${(100 * value).toFixed(1)}% ± ${(50 * (high - low)).toFixed(1)}`
