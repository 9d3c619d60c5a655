// The gate before publishing: a new version against the one that predicts, on the same validation images.
import type { Model, Project, Version } from '../base/index.ts'
import { pairedBootstrap } from '../measure/index.ts'
import { randomFrom } from '../math/index.ts'
import type { GateView } from './session/views.ts'
import { marksOf, rightOf, validationOf } from './validation.ts'
import type { World } from './world.ts'

export type Gate = Omit<GateView, 'isPublished'>

/** As for gold: of fewer images the interval says nothing. */
export const validationMin = 20

export async function gateOf(project: Project, model: Model, world: World): Promise<Gate> {
  const champion = await championBeside(project, model, world)
  const answers = await validationOf(project, world)
  const known = { champion: champion?.version ?? null, count: answers.size, difference: null }
  if (!champion) return { ...known, verdict: 'first', says: 'nothing was published before it' }
  if (answers.size < validationMin) {
    const says =
      `it takes ${validationMin} labelled validation images to compare it with version ${champion.version}, ` +
      `and there are ${answers.size}`
    return { ...known, verdict: 'unknown', says }
  }
  const [ours, theirs] = [
    rightOf(await marksOf({ project, model, answers }, world), answers),
    rightOf(await marksOf({ project, model: champion, answers }, world), answers),
  ]
  const differences = Float64Array.from(ours, (one, i) => one - theirs[i]!)
  const difference = pairedBootstrap(differences, { random: randomFrom(project.seed) })
  const compared =
    `on ${answers.size} validation images it differs from version ${champion.version} by ` +
    `${points(difference.value)} points (${points(difference.low)} to ${points(difference.high)})`
  if (difference.high < 0) return { ...known, difference, verdict: 'worse', says: `${compared}: it is worse` }
  // Of all that was tried this lagged least behind among those that let few worse ones pass (decision 016).
  const verdict = difference.value >= 0 ? 'not worse' : 'unknown'
  const end = verdict === 'unknown' ? 'it is more likely worse than not' : 'it is not worse'
  return { ...known, difference, verdict, says: `${compared}: ${end}` }
}

/** The version that predicts; had this one just been published, the one before it. */
async function championBeside({ name }: Project, model: Model, { store }: World): Promise<Model | undefined> {
  const history = await store.models.aliasHistory(name, 'champion')
  const other = history.findLast(({ version }) => version !== model.version)
  return other && store.models.get(name, other.version as Version)
}

export const points = (share: number): string => (100 * share).toFixed(1)
