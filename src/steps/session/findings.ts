// What the rounds show together: the curve, whether it still rises, and what more labels would bring.
import type { Model, Project, Round, Version } from '../../base/index.ts'
import { forecastNext, pairedBootstrap, wilson, type Next, type Taught } from '../../measure/index.ts'
import { randomFrom, sumOf } from '../../math/index.ts'
import { points, validationMin } from '../gate.ts'
import type { Findings, Settings } from './views.ts'
import { marksOf, rightOf, type Answers } from '../validation.ts'
import type { World } from '../world.ts'

const more = 100
const roundsMin = 4

type Measured = Taught & { readonly round: number; readonly version: Version }
type Of = {
  readonly project: Project
  readonly rounds: readonly Pick<Round, 'number' | 'version' | 'isRolledBack'>[]
  readonly answers: Answers
  readonly settings: Settings
}

/** Every round's version is measured anew, so that all are compared on the same images. */
export async function findingsFrom(of: Of, world: World): Promise<Omit<Findings, 'advice'>> {
  const { project, rounds, answers, settings } = of
  const measured: (Measured & { readonly stands: boolean })[] = []
  for (const { number, version, isRolledBack } of rounds) {
    if (version === null || answers.size === 0) continue
    world.signal.throwIfAborted()
    const model = await world.store.models.get(project.name, version)
    measured.push({
      ...(await measuredOf(number, { project, model, answers }, world)),
      stands: !isRolledBack,
    })
  }
  const standing = measured.filter(({ stands }) => stands)
  const convergence = convergenceOf(standing, { settings, seed: project.seed })
  const isEnough = standing.length >= roundsMin && answers.size >= validationMin && isGrowing(standing)
  const next = isEnough ? forecastNext(standing, more, randomFrom(project.seed)) : undefined
  return {
    images: answers.size,
    curve: measured.map(pointOf),
    convergence,
    forecast: next ? { more, ...next, says: sentenceOf(next) } : null,
    stop: stopOf(next, { settings, rounds: standing.length, images: answers.size }),
  }
}

async function measuredOf(
  round: number,
  of: { readonly project: Project; readonly model: Model; readonly answers: Answers },
  world: World,
): Promise<Measured> {
  const { version, card } = of.model
  const right = rightOf(await marksOf(of, world), of.answers)
  return { round, version, labels: card.trainedOn, right }
}

const isGrowing = (rounds: readonly Measured[]): boolean =>
  new Set(rounds.map(({ labels }) => labels)).size >= 2

function pointOf({ round, version, labels, right }: Measured): Findings['curve'][number] {
  const { value, low, high } = wilson(sumOf(right), right.length)
  return { round, version, labels, accuracy: value, low, high }
}

/** Whether the last two rounds together brought anything that is more than chance and worth their labels. */
function convergenceOf(
  rounds: readonly Measured[],
  { settings, seed }: { readonly settings: Settings; readonly seed: number },
): Findings['convergence'] {
  const [before, , now] = rounds.slice(-3)
  if (!before || !now || now.right.length < validationMin) return null
  const gained = Float64Array.from(now.right, (one, i) => one - before.right[i]!)
  const gain = pairedBootstrap(gained, { random: randomFrom(seed) })
  const labels = now.labels - before.labels
  const isConverged = gain.low <= 0 && gain.value * more < settings.stopBelow * labels
  const brought = `the last two rounds brought ${span(gain)} points with ${labels} labels`
  const says = isConverged ? `${brought}: the curve is flat` : `${brought}: it still moves`
  return { isConverged, gain, says }
}

type Known = { readonly settings: Settings; readonly rounds: number; readonly images: number }

function stopOf(next: Next | undefined, { settings, rounds, images }: Known): Findings['stop'] {
  if (!next) {
    const wanted = `${roundsMin} rounds and ${validationMin} labelled validation images`
    return { isNow: false, says: `go on: a forecast takes ${wanted}, and there are ${rounds} and ${images}` }
  }
  const isNow = settings.stopBelow > 0 && next.gain.value < settings.stopBelow
  const than = `less than the ${points(settings.stopBelow)} asked for`
  if (isNow) return { isNow, says: `stop now: ${sentenceOf(next)}, ${than}` }
  return { isNow, says: `go on: ${sentenceOf(next)}` }
}

const span = ({ value, low, high }: Next['gain']): string =>
  `${points(value)} (${points(low)} to ${points(high)})`
const sentenceOf = ({ gain }: Next): string => `the next ${more} labels would bring ${span(gain)} points`
