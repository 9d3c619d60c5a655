// The random control arm: images labelled because chance drew them. Every image has its turn in an order
// that only chance and the project's seed decide, and the arm is that order as far as all of it is labelled.
// A beginning of a random order is a fair sample whoever asked about its images: no record is needed.
import type { Choice } from '../query/index.ts'
import type { ImageId, Project } from '../base/index.ts'
import type { Random } from '../math/index.ts'
import type { Store } from '../store/index.ts'

type Of = Pick<Project, 'name' | 'seed'>

/** Murmur's finaliser over seed and id: neighbours in a folder come far apart. */
export function turnOf(seed: number, image: number): number {
  let h = Math.imul(image, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Numbers sort in a tenth of the time that objects take; loops fill them faster than Float64Array.from. */
function inTurn(ids: readonly ImageId[], seed: number): ImageId[] {
  const keys = new Float64Array(ids.length)
  for (let place = 0; place < keys.length; place++) {
    keys[place] = turnOf(seed, ids[place]!) * placesMax + place
  }
  keys.sort()
  const turned = [...ids]
  for (let turn = 0; turn < turned.length; turn++) turned[turn] = ids[keys[turn]! % placesMax]!
  return turned
}
const placesMax = 2 ** 21 // a turn has 32 bits, and a float64 holds 53

const portion = 128 // images looked up at once; ten questions need one portion

/** In their turn, each near duplicate left to the first image of its kind. */
async function* distinct(store: Store, project: string, ordered: readonly ImageId[]) {
  for (let from = 0; from < ordered.length; from += portion) {
    const some = ordered.slice(from, from + portion)
    const images = new Map((await store.images.byIds(project, some)).map((image) => [image.id, image]))
    for (const id of some) if (images.get(id)?.nearTo === null) yield id
  }
}

/** The next of the arm among these. */
export async function nextOfControl(
  store: Store,
  of: Of,
  { left, count }: { readonly left: readonly ImageId[]; readonly count: number },
): Promise<readonly ImageId[]> {
  const next: ImageId[] = []
  if (count === 0) return next
  for await (const id of distinct(store, of.name, inTurn(left, of.seed))) {
    next.push(id)
    if (next.length >= count) break
  }
  return next
}

/** The labelled images of the train split that chance drew; who was passed over is left out. */
export async function controlArm(store: Store, of: Of): Promise<readonly ImageId[]> {
  const [ids, labels, skipped] = await Promise.all([
    store.images.ids(of.name, { split: 'train' }),
    store.labels.current(of.name, { split: 'train' }),
    store.labels.skipped(of.name),
  ])
  const arm: ImageId[] = []
  for await (const id of distinct(store, of.name, inTurn(Array.from(ids) as ImageId[], of.seed))) {
    if (labels.has(id)) arm.push(id)
    else if (!skipped.has(id)) break
  }
  return arm
}

/** How many of so many questions: the share, its fraction by chance, so that single questions have it too. */
export const controlCount = (questions: number, share: number, { next }: Random): number =>
  Math.min(questions, Math.floor(questions * share + next()))

const reason = 'drawn by chance, to measure what choosing saves'

/** As many as were chosen: the last give way to those of the arm, which stand anywhere among them. */
export function mixed(
  chosen: readonly Choice[],
  control: readonly ImageId[],
  random: Random,
): readonly Choice[] {
  const isControl = new Set(control)
  const questions = chosen
    .filter(({ image }) => !isControl.has(image))
    .slice(0, chosen.length - control.length)
  for (const image of control) questions.splice(random.below(questions.length + 1), 0, { image, reason })
  return questions
}
