// A round opens: its questions are chosen once, and kept until they are settled.
import type { ImageId, Project, Session, Split, Time } from '../../base/index.ts'
import { randomFrom, type Random } from '../../math/index.ts'
import type { NewRound } from '../../store/index.ts'
import { choicesFor, type Chosen } from '../ask/choices.ts'
import { controlCount } from '../control.ts'
import { findingsOf, settingsOf } from '../session-show.ts'
import type { World } from '../world.ts'

export type Opened = { readonly round: number | null; readonly says: string }
type Of = { readonly project: Project; readonly session: Session }

/** Opens the round after these, or ends the session with the reason. */
export async function openNext(of: Of, world: World): Promise<Opened> {
  const { project, session } = of
  const { sessions } = world.store
  const done = (await sessions.rounds(project.name, session.name)).length
  const why = whyToEnd(session, done)
  if (why) return end(of, why, world)
  const next = await nextRound(of, done + 1, world)
  if (next === undefined) return end(of, nothingLeft(session), world)
  const isOpened = await sessions.openRound(project.name, session.name, next)
  // Another process was first, or someone paused the session meanwhile: both are as good.
  if (!isOpened) return { round: null, says: 'the session went on elsewhere' }
  return { round: next.number, says: `round ${next.number} asks ${next.questions.length} questions` }
}

function whyToEnd(session: Session, done: number): string | undefined {
  const { rounds } = settingsOf(session)
  if (done >= rounds) return `all ${rounds} rounds are done`
  const { stop } = findingsOf(session)
  return stop.isNow ? stop.says : undefined
}

async function end({ project, session }: Of, why: string, { store, now }: World): Promise<Opened> {
  await store.sessions.move(project.name, session.name, {
    state: 'completed',
    from: ['running'],
    at: now(),
    why,
  })
  return { round: null, says: `the session is complete: ${why}` }
}

const nothingLeft = (session: Session): string => {
  const { minUncertainty } = settingsOf(session)
  if (!minUncertainty) return 'nothing is left to ask about'
  return `nothing is left to ask about that is less sure than ${(1 - minUncertainty).toFixed(2)}`
}

/** None where there is nothing to learn from: what is left to measure by would teach nothing. */
async function nextRound(
  { project, session }: Of,
  number: number,
  world: World,
): Promise<NewRound | undefined> {
  const { store, now } = world
  const { budget, validationShare, control, strategy, own, minUncertainty = 0 } = settingsOf(session)
  const random = randomFrom(project.seed + 7919 * session.id + number)
  const at = now()
  const { position } = await store.projects.counts(project.name)
  const held = await store.leases.ofOthers(project.name, { by: '', now: at })
  const how = { project: project.name, strategy, own, minUncertainty, control, held, force: false }
  const asked = async (split: Split, wanted: number): Promise<Chosen> => {
    const left = await leftIn(split, { project, held }, world)
    return choicesFor({ ...how, split, budget: Math.min(wanted, left) }, project, world)
  }
  const validation = await asked('validation', controlCount(budget, validationShare, random))
  const taught = await asked('train', budget - validation.choices.length)
  if (taught.choices.length === 0) return undefined
  const drawn = validation.choices.map(({ image }) => ({ image, reason: reasonToValidate, isDrawn: true }))
  const chosen = taught.choices.map(({ image, reason, isControl }) => ({ image, reason, isDrawn: isControl }))
  const questions = amid(chosen, drawn, random)
  return { number, strategy: taught.strategy, says: taught.says, position, at, questions }
}

const reasonToValidate = 'drawn by chance, to measure each round by: nothing is learnt from it'

/** Without what others are asked about just now. */
async function leftIn(
  split: Split,
  { project, held }: { readonly project: Project; readonly held: ReadonlyMap<ImageId, Time> },
  { store }: World,
): Promise<number> {
  const ids = await store.images.ids(project.name, { split, labelled: false })
  const skipped = await store.labels.skipped(project.name)
  return (Array.from(ids) as ImageId[]).filter((id) => !skipped.has(id) && !held.has(id)).length
}

/** Anywhere among them, so that whoever stops half-way has answered some of both. */
function amid<T>(chosen: readonly T[], drawn: readonly T[], random: Random): readonly T[] {
  const all = [...chosen]
  for (const one of drawn) all.splice(random.below(all.length + 1), 0, one)
  return all
}
